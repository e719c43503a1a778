from django.db import migrations

FORWARD = """
-- What is claimed back is a payment that arrived, of a right that rests under a number joined to the
-- child's own, in a term for which the child's own number holds a right too.
CREATE FUNCTION claim_is_of_a_second_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM payments_transfer t
          JOIN payments_entitlement n ON n.id = t.entitlement_id
          JOIN eqfund_identity i ON i.id = n.identity_id
          JOIN payments_entitlement own ON own.identity_id = i.joined_into_id AND own.term_id = n.term_id
         WHERE t.id = NEW.transfer_id AND t.status = 'success' AND t.amount_satang = NEW.amount_satang
           AND t.school_id = NEW.school_id
    ) THEN
        RAISE EXCEPTION 'claim_is_of_a_second_payment: transfer % is none', NEW.transfer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_is_of_a_second_payment';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_is_of_a_second_payment BEFORE INSERT ON payments_refundclaim
    FOR EACH ROW EXECUTE FUNCTION claim_is_of_a_second_payment();
CREATE TRIGGER claim_stays BEFORE UPDATE OR DELETE ON payments_refundclaim
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER claim_is_not_emptied BEFORE TRUNCATE ON payments_refundclaim
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A number joined to another is no pupil's: so nobody is ever entitled under it again.
CREATE FUNCTION joined_number_is_nobodys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM eqfund_pupil WHERE identity_id = NEW.id) THEN
        RAISE EXCEPTION 'joined_number_is_nobodys: identity % is a pupil''s', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'joined_number_is_nobodys';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER joined_number_is_nobodys BEFORE UPDATE OF joined_into_id ON eqfund_identity
    FOR EACH ROW WHEN (NEW.joined_into_id IS NOT NULL) EXECUTE FUNCTION joined_number_is_nobodys();

-- As before, and: a slip for a second payment is of that payment alone, and takes it back from the
-- family where the family has it.
CREATE OR REPLACE FUNCTION receipt_or_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cash record;
    fits boolean;
    has_receipt boolean;
    at_family boolean := false;
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
        has_receipt := EXISTS (
            SELECT 1 FROM payments_receipt06 WHERE transfer_id = NEW.transfer_id AND voided_at IS NULL);
        SELECT f.round_id = cash.round_id AND f.school_id = cash.school_id
               AND (f.claim_id IS NULL OR c.transfer_id = NEW.transfer_id), f.from_family
            INTO fits, at_family
            FROM payments_refund f LEFT JOIN payments_refundclaim c ON c.id = f.claim_id WHERE f.id = NEW.refund_id;
        IF has_receipt AND NOT coalesce(at_family, false) THEN
            RAISE EXCEPTION 'receipt_or_refund: transfer % has a receipt', NEW.transfer_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_or_refund';
        END IF;
        IF at_family AND NOT has_receipt AND cash.kind = 'school_account' THEN
            RAISE EXCEPTION 'receipt_or_refund: the school holds the money of transfer %', NEW.transfer_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_or_refund';
        END IF;
    END IF;
    IF NOT coalesce(fits, false) OR cash.amount_satang <> NEW.amount_satang
        OR (cash.kind <> 'school_account' AND NOT coalesce(at_family, false))
        OR cash.share <> 'cash' OR cash.status <> 'success' THEN
        RAISE EXCEPTION 'cash_is_its_transfers: not what came for transfer %', NEW.transfer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_is_its_transfers';
    END IF;
    RETURN NEW;
END $$;
"""
BACKWARD = """
DROP TRIGGER joined_number_is_nobodys ON eqfund_identity;
DROP FUNCTION joined_number_is_nobodys();
DROP TRIGGER claim_is_not_emptied ON payments_refundclaim;
DROP TRIGGER claim_stays ON payments_refundclaim;
DROP TRIGGER claim_is_of_a_second_payment ON payments_refundclaim;
DROP FUNCTION claim_is_of_a_second_payment();
"""


class Migration(migrations.Migration):
    """A second payment is claimed back once, from whoever holds it; a joined number is nobody's."""

    dependencies = [
        ("payments", "0019_claim_back_a_second_payment"),
        ("eqfund", "0031_let_the_fund_join_two_rows_of_a_child"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
