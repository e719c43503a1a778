from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON eqfund_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON eqfund_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER event_is_not_emptied ON eqfund_event;
DROP TRIGGER event_is_append_only ON eqfund_event;
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    """The audit book is only ever added to; `refuse_change` serves the ledger too."""

    dependencies = [("eqfund", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
