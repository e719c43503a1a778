from django.db import migrations

FORWARD = """
-- One transfer's cash is handed over or given back, never both. Each side locks the transfer's
-- row first, so two at once wait for each other and the second sees what the first did.
CREATE FUNCTION receipt_or_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cash record;
    fits boolean;
BEGIN
    SELECT t.round_id, t.school_id, t.amount_satang, t.kind, t.share, t.status, r.published_at INTO cash
        FROM payments_transfer t JOIN payments_transferround r ON r.id = t.round_id
        WHERE t.id = NEW.transfer_id FOR NO KEY UPDATE OF t;
    IF TG_TABLE_NAME = 'payments_receipt06' THEN
        fits := NEW.round_id = cash.round_id AND NEW.school_id = cash.school_id
            AND NEW.paid_on >= (cash.published_at AT TIME ZONE 'Asia/Bangkok')::date;
        IF EXISTS (SELECT 1 FROM payments_refundline WHERE transfer_id = NEW.transfer_id AND is_alive) THEN
            RAISE EXCEPTION 'receipt_or_refund: transfer % is being refunded', NEW.transfer_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_or_refund';
        END IF;
    ELSE
        SELECT f.round_id = cash.round_id AND f.school_id = cash.school_id INTO fits
            FROM payments_refund f WHERE f.id = NEW.refund_id;
        IF EXISTS (SELECT 1 FROM payments_receipt06 WHERE transfer_id = NEW.transfer_id AND voided_at IS NULL) THEN
            RAISE EXCEPTION 'receipt_or_refund: transfer % has a receipt', NEW.transfer_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_or_refund';
        END IF;
    END IF;
    IF NOT coalesce(fits, false) OR cash.amount_satang <> NEW.amount_satang OR cash.kind <> 'school_account'
        OR cash.share <> 'cash' OR cash.status <> 'success' THEN
        RAISE EXCEPTION 'cash_is_its_transfers: not what came for transfer %', NEW.transfer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_is_its_transfers';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipt_or_refund BEFORE INSERT ON payments_receipt06
    FOR EACH ROW EXECUTE FUNCTION receipt_or_refund();
CREATE TRIGGER receipt_or_refund BEFORE INSERT ON payments_refundline
    FOR EACH ROW EXECUTE FUNCTION receipt_or_refund();

-- What is printed on paper stays: a receipt can only be voided, once; a refund's line only die.
CREATE FUNCTION payout_paper_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'payments_receipt06' THEN
        IF OLD.voided_at IS NULL
            AND (NEW.round_id, NEW.school_id, NEW.transfer_id, NEW.serial, NEW.amount_satang, NEW.paid_on,
                 NEW.due_on, NEW.payer_id, NEW.second_payer_id, NEW.relation, NEW.recorded_by_id, NEW.recorded_at)
              IS NOT DISTINCT FROM
                (OLD.round_id, OLD.school_id, OLD.transfer_id, OLD.serial, OLD.amount_satang, OLD.paid_on,
                 OLD.due_on, OLD.payer_id, OLD.second_payer_id, OLD.relation, OLD.recorded_by_id, OLD.recorded_at)
        THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.is_alive AND (NEW.refund_id, NEW.transfer_id, NEW.reason, NEW.amount_satang)
            IS NOT DISTINCT FROM (OLD.refund_id, OLD.transfer_id, OLD.reason, OLD.amount_satang) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'payout_paper_stays: % of %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_paper_stays';
END $$;
CREATE TRIGGER receipt_stays BEFORE UPDATE OR DELETE ON payments_receipt06
    FOR EACH ROW EXECUTE FUNCTION payout_paper_stays();
CREATE TRIGGER refund_line_stays BEFORE UPDATE OR DELETE ON payments_refundline
    FOR EACH ROW EXECUTE FUNCTION payout_paper_stays();

-- A slip's amount is the sum of its pupils', looked at when the transaction ends.
CREATE FUNCTION refund_is_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total bigint;
BEGIN
    SELECT coalesce(sum(amount_satang), 0) INTO total FROM payments_refundline WHERE refund_id = NEW.id;
    IF total <> NEW.amount_satang THEN
        RAISE EXCEPTION 'refund_is_its_lines: slip % of % satang has lines of %', NEW.id, NEW.amount_satang, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_is_its_lines';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refund_is_its_lines AFTER INSERT OR UPDATE ON payments_refund
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refund_is_its_lines();
"""
BACKWARD = """
DROP TRIGGER refund_is_its_lines ON payments_refund;
DROP FUNCTION refund_is_its_lines();
DROP TRIGGER refund_line_stays ON payments_refundline;
DROP TRIGGER receipt_stays ON payments_receipt06;
DROP FUNCTION payout_paper_stays();
DROP TRIGGER receipt_or_refund ON payments_refundline;
DROP TRIGGER receipt_or_refund ON payments_receipt06;
DROP FUNCTION receipt_or_refund();
"""


class Migration(migrations.Migration):
    """Cash is handed over or given back, never both; receipts and slips stay as they were printed."""

    dependencies = [("payments", "0002_ledger_is_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
