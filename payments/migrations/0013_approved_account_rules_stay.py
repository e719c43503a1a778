from django.db import migrations

FORWARD = """
-- Rules that two people have put in force are what accounts were held against: they stay as they were.
CREATE FUNCTION account_rules_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'account_rules_stay: % of version %', TG_OP, OLD.version
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_rules_stay';
END $$;
CREATE TRIGGER account_rules_stay BEFORE UPDATE OR DELETE ON payments_accountrules
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION account_rules_stay();

CREATE FUNCTION account_bank_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.rules_id ELSE OLD.rules_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM payments_accountrules WHERE id = touched AND approved_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'account_bank_stays: % of a bank of approved rules', TG_OP
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_bank_stays';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER account_bank_stays BEFORE INSERT OR UPDATE OR DELETE ON payments_accountbank
    FOR EACH ROW EXECUTE FUNCTION account_bank_stays();
"""
BACKWARD = """
DROP TRIGGER account_bank_stays ON payments_accountbank;
DROP FUNCTION account_bank_stays();
DROP TRIGGER account_rules_stay ON payments_accountrules;
DROP FUNCTION account_rules_stay();
"""


class Migration(migrations.Migration):
    """Approved rules of school accounts never change: a change is the next version."""

    dependencies = [("payments", "0012_let_the_fund_say_what_an_account_must_be")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
