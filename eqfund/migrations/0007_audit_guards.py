from django.db import migrations

FORWARD = """
CREATE UNIQUE INDEX event_read_once_an_hour ON eqfund_event
    (actor_id, verb, object_label, object_id, path, date_trunc('hour', wall_at AT TIME ZONE 'UTC'))
    WHERE kind = 'read';
CREATE TRIGGER audit_seal_is_append_only BEFORE UPDATE OR DELETE ON eqfund_auditseal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_is_not_emptied BEFORE TRUNCATE ON eqfund_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_volume_is_append_only BEFORE UPDATE OR DELETE ON eqfund_auditvolume
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_volume_is_not_emptied BEFORE TRUNCATE ON eqfund_auditvolume
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_check_is_append_only BEFORE UPDATE OR DELETE ON eqfund_auditcheck
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_check_is_not_emptied BEFORE TRUNCATE ON eqfund_auditcheck
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP INDEX event_read_once_an_hour;
DROP TRIGGER audit_seal_is_append_only ON eqfund_auditseal;
DROP TRIGGER audit_seal_is_not_emptied ON eqfund_auditseal;
DROP TRIGGER audit_volume_is_append_only ON eqfund_auditvolume;
DROP TRIGGER audit_volume_is_not_emptied ON eqfund_auditvolume;
DROP TRIGGER audit_check_is_append_only ON eqfund_auditcheck;
DROP TRIGGER audit_check_is_not_emptied ON eqfund_auditcheck;
"""


class Migration(migrations.Migration):
    """One reading a person, object and hour; seals, volumes and checks are only ever added to."""

    dependencies = [("eqfund", "0006_audit_reads")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
