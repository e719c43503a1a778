from django.db import migrations

TABLES = {
    "promptpaynote": "promptpay_note",
    "continuingclose": "continuing_close",
    "continuingleft": "continuing_left",
}
FORWARD = "\n".join(
    f"""
CREATE TRIGGER {name}_stays BEFORE UPDATE OR DELETE ON payments_{table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {name}_is_not_emptied BEFORE TRUNCATE ON payments_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table, name in TABLES.items()
)
BACKWARD = "\n".join(
    f"""
DROP TRIGGER {name}_is_not_emptied ON payments_{table};
DROP TRIGGER {name}_stays ON payments_{table};
"""
    for table, name in TABLES.items()
)


class Migration(migrations.Migration):
    """What became known of a PromptPay, and what a close found, is only ever added to."""

    dependencies = [
        ("payments", "0009_follow_the_continuing_group"),
        ("eqfund", "0002_append_only_audit"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
