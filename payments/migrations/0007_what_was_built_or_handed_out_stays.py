from django.db import migrations

FORWARD = """
-- A bank file that was taken stays taken, until another person has called that very taking back.
CREATE FUNCTION bank_file_is_taken_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.downloaded_by_id IS NULL AND EXISTS (
        SELECT 1 FROM payments_bankfilecallback
        WHERE file_id = OLD.id AND taken_by_id = OLD.downloaded_by_id AND taken_at = OLD.downloaded_at
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'bank_file_is_taken_once: file % was taken and not called back', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_file_is_taken_once';
END $$;
CREATE TRIGGER bank_file_is_taken_once BEFORE UPDATE OF downloaded_by_id, downloaded_at ON payments_bankfile
    FOR EACH ROW WHEN (OLD.downloaded_by_id IS NOT NULL
        AND (NEW.downloaded_by_id, NEW.downloaded_at) IS DISTINCT FROM (OLD.downloaded_by_id, OLD.downloaded_at))
    EXECUTE FUNCTION bank_file_is_taken_once();
CREATE TRIGGER call_back_stays BEFORE UPDATE OR DELETE ON payments_bankfilecallback
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER call_back_is_not_emptied BEFORE TRUNCATE ON payments_bankfilecallback
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a round owes to whom, by which way, is fixed when it is built. A trigger on columns costs
-- nothing where a million rows change only their status.
CREATE FUNCTION transfer_stays_as_built() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transfer_stays_as_built: % of transfer %', TG_OP, OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_stays_as_built';
END $$;
CREATE TRIGGER transfer_stays_as_built
    BEFORE UPDATE OF round_id, entitlement_id, school_id, share, kind, account_id, amount_satang ON payments_transfer
    FOR EACH ROW WHEN (
        (NEW.round_id, NEW.entitlement_id, NEW.school_id, NEW.share, NEW.kind, NEW.account_id, NEW.amount_satang)
        IS DISTINCT FROM
        (OLD.round_id, OLD.entitlement_id, OLD.school_id, OLD.share, OLD.kind, OLD.account_id, OLD.amount_satang))
    EXECUTE FUNCTION transfer_stays_as_built();

-- Rows go only with a round that was sent back to be built again; looked at once a statement.
CREATE FUNCTION transfer_goes_with_its_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT round_id FROM gone) AS gone
        JOIN payments_transferround AS round ON round.id = gone.round_id AND round.status <> 'planned'
    ) THEN
        RAISE EXCEPTION 'transfer_goes_with_its_round: rows of a built round'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_goes_with_its_round';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transfer_goes_with_its_round AFTER DELETE ON payments_transfer
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION transfer_goes_with_its_round();
"""
BACKWARD = """
DROP TRIGGER transfer_goes_with_its_round ON payments_transfer;
DROP FUNCTION transfer_goes_with_its_round();
DROP TRIGGER transfer_stays_as_built ON payments_transfer;
DROP FUNCTION transfer_stays_as_built();
DROP TRIGGER call_back_is_not_emptied ON payments_bankfilecallback;
DROP TRIGGER call_back_stays ON payments_bankfilecallback;
DROP TRIGGER bank_file_is_taken_once ON payments_bankfile;
DROP FUNCTION bank_file_is_taken_once();
"""


class Migration(migrations.Migration):
    """A file taken stays taken until it is called back; a round's rows stay as they were built."""

    dependencies = [
        ("payments", "0006_call_back_a_bank_file"),
        ("eqfund", "0002_append_only_audit"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
