from django.db import migrations

FORWARD = """
CREATE TRIGGER close_record_is_append_only BEFORE UPDATE OR DELETE ON eqfund_closerecord
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER school_at_close_is_append_only BEFORE UPDATE OR DELETE ON eqfund_schoolatclose
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER school_at_close_is_append_only ON eqfund_schoolatclose;
DROP TRIGGER close_record_is_append_only ON eqfund_closerecord;
"""


class Migration(migrations.Migration):
    """What was not done at a close stays what it was: nobody mends it afterwards."""

    dependencies = [("eqfund", "0017_record_closes_and_readings")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
