from django.db import migrations

FORWARD = """
-- The book is only ever added to.
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON payments_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nobody gives what they do not have: of one transfer, a school hands on at most what it
-- received, and a receipt is voided only if it was booked. The transfer's row is locked, so
-- two at once wait for each other. Rows about the bank never get here (WHEN).
CREATE FUNCTION ledger_gives_what_it_has() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint;
BEGIN
    PERFORM 1 FROM payments_transfer WHERE id = NEW.transfer_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(CASE WHEN debit = NEW.credit THEN amount_satang ELSE -amount_satang END), 0) INTO held
        FROM payments_ledgerentry
        WHERE transfer_id = NEW.transfer_id AND school_id = NEW.school_id AND round_id = NEW.round_id
            AND NEW.credit IN (debit, credit);
    IF held < NEW.amount_satang THEN
        RAISE EXCEPTION 'ledger_gives_what_it_has: % holds % satang of transfer %, not %',
            NEW.credit, held, NEW.transfer_id, NEW.amount_satang
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_gives_what_it_has';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_gives_what_it_has BEFORE INSERT ON payments_ledgerentry
    FOR EACH ROW WHEN (NEW.credit IN ('school_in_hand', 'pupil')) EXECUTE FUNCTION ledger_gives_what_it_has();

-- The school equation. It cannot be written, and in_hand is what the other three leave.
CREATE VIEW school_book AS
SELECT
    round_id,
    school_id,
    coalesce(sum(amount_satang) FILTER (WHERE credit = 'bank_clearing'), 0)::bigint AS received_satang,
    sum(CASE WHEN debit = 'pupil' THEN amount_satang WHEN credit = 'pupil' THEN -amount_satang ELSE 0 END)::bigint
        AS paid_satang,
    coalesce(sum(amount_satang) FILTER (WHERE debit = 'refund'), 0)::bigint AS refunded_satang,
    sum(CASE WHEN debit = 'school_in_hand' THEN amount_satang ELSE -amount_satang END)::bigint AS in_hand_satang
FROM payments_ledgerentry
WHERE debit = 'school_in_hand' OR credit = 'school_in_hand'
GROUP BY round_id, school_id;

-- Every line's status changes once, many in one statement, and it stands in no index: half a page
-- of room lets each new version stay beside the old one, so that no index is touched (HOT).
ALTER TABLE payments_bankline SET (fillfactor = 48);
"""
BACKWARD = """
DROP VIEW school_book;
DROP TRIGGER ledger_gives_what_it_has ON payments_ledgerentry;
DROP FUNCTION ledger_gives_what_it_has();
DROP TRIGGER ledger_is_not_emptied ON payments_ledgerentry;
DROP TRIGGER ledger_is_append_only ON payments_ledgerentry;
"""


class Migration(migrations.Migration):
    """The ledger is append-only, never gives what it has not, and shows each school's equation."""

    dependencies = [("payments", "0001_initial"), ("eqfund", "0002_append_only_audit")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
