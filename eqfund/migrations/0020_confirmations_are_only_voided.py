from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_but_void() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL
       AND to_jsonb(NEW) - 'voided_at' = to_jsonb(OLD) - 'voided_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is only voided, once: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER profile_confirmation_is_only_voided BEFORE UPDATE OR DELETE ON eqfund_profileconfirmation
    FOR EACH ROW EXECUTE FUNCTION refuse_but_void();
CREATE TRIGGER roll_confirmation_is_only_voided BEFORE UPDATE OR DELETE ON eqfund_rollconfirmation
    FOR EACH ROW EXECUTE FUNCTION refuse_but_void();
CREATE TRIGGER former_name_stays BEFORE UPDATE OF title, first_name, last_name, until, source ON eqfund_formername
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER former_number_stays BEFORE UPDATE OF identity_id, kind, last4, until, source ON eqfund_formernumber
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER former_number_stays ON eqfund_formernumber;
DROP TRIGGER former_name_stays ON eqfund_formername;
DROP TRIGGER roll_confirmation_is_only_voided ON eqfund_rollconfirmation;
DROP TRIGGER profile_confirmation_is_only_voided ON eqfund_profileconfirmation;
DROP FUNCTION refuse_but_void();
"""


class Migration(migrations.Migration):
    """Who confirmed what stays; so does what a child was called before.

    A former name goes with its pupil where two rows were one child, and a number's key may rotate;
    both are removed with the child whose time is over (eqfund.privacy.scrubs).
    """

    dependencies = [("eqfund", "0019_keep_schools_directors_and_rolls")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
