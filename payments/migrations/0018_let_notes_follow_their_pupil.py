from django.db import migrations

FORWARD = """
-- When two rows of one child become one, its notes go along; what they say stays as it was said.
DROP TRIGGER promptpay_note_stays ON payments_promptpaynote;
CREATE TRIGGER promptpay_note_stays
    BEFORE UPDATE OF id, guardian_id, step, opened_on, reason, at, by_id OR DELETE ON payments_promptpaynote
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER continuing_left_stays ON payments_continuingleft;
CREATE TRIGGER continuing_left_stays
    BEFORE UPDATE OF id, close_id, grant_id, reason OR DELETE ON payments_continuingleft
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER promptpay_note_stays ON payments_promptpaynote;
CREATE TRIGGER promptpay_note_stays BEFORE UPDATE OR DELETE ON payments_promptpaynote
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER continuing_left_stays ON payments_continuingleft;
CREATE TRIGGER continuing_left_stays BEFORE UPDATE OR DELETE ON payments_continuingleft
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    """A child's two rows may become one although something was noted of the second."""

    dependencies = [("payments", "0017_one_last_account_for_a_school")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
