from django.db import migrations

FORWARD = """
UPDATE payments_schoolbankaccount AS account SET is_last = false
WHERE status = 'superseded' OR EXISTS (
    SELECT FROM payments_schoolbankaccount AS newer
    WHERE newer.school_id = account.school_id AND newer.id > account.id AND newer.status <> 'superseded'
);

-- Whoever writes accounts, one by one or a country's at once: a new one takes the place of the last,
-- and one that is replaced is the last no longer.
CREATE FUNCTION account_is_last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.is_last := NEW.status <> 'superseded';
    IF NEW.is_last THEN
        UPDATE payments_schoolbankaccount SET is_last = false WHERE school_id = NEW.school_id AND is_last;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_is_last BEFORE INSERT ON payments_schoolbankaccount
    FOR EACH ROW EXECUTE FUNCTION account_is_last();

CREATE FUNCTION account_replaced_is_not_last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.is_last := false;
    RETURN NEW;
END $$;
CREATE TRIGGER account_replaced_is_not_last BEFORE UPDATE OF status ON payments_schoolbankaccount
    FOR EACH ROW WHEN (NEW.status = 'superseded') EXECUTE FUNCTION account_replaced_is_not_last();
"""
BACKWARD = """
DROP TRIGGER account_replaced_is_not_last ON payments_schoolbankaccount;
DROP FUNCTION account_replaced_is_not_last();
DROP TRIGGER account_is_last ON payments_schoolbankaccount;
DROP FUNCTION account_is_last();
"""


class Migration(migrations.Migration):
    """The fund's list of 30,000 accounts finds the last of each school by index, not by comparing all."""

    dependencies = [("payments", "0015_mark_each_schools_last_account")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
