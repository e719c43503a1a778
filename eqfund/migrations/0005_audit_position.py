from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_position() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT shift FROM public.eqfund_auditvolume ORDER BY id DESC LIMIT 1), 0)
         + pg_current_xact_id()::text::bigint
$$;
"""
BACKWARD = "DROP FUNCTION audit_position();"


class Migration(migrations.Migration):
    """Where a row stands in the audit book: the number of the transaction that wrote it."""

    dependencies = [("eqfund", "0004_audit_volumes_and_seals")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
