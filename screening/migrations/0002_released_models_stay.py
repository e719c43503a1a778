from django.db import migrations

FORWARD = """
CREATE TRIGGER pmt_model_released_never_changes BEFORE UPDATE OR DELETE ON screening_pmtmodel
    FOR EACH ROW WHEN (OLD.status = 'released') EXECUTE FUNCTION refuse_change();
"""
BACKWARD = "DROP TRIGGER pmt_model_released_never_changes ON screening_pmtmodel;"


class Migration(migrations.Migration):
    """A released PMT model is never changed nor taken away: every score points at it."""

    dependencies = [("screening", "0001_initial"), ("eqfund", "0002_append_only_audit")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
