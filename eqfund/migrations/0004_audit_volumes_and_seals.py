from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("eqfund", "0003_keep_what_a_person_has_proved"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditVolume",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shift", models.BigIntegerField()),
                ("begun_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(unique=True)),
                ("from_position", models.BigIntegerField()),
                ("below_position", models.BigIntegerField()),
                ("events", models.IntegerField()),
                ("first_event_id", models.BigIntegerField(null=True)),
                ("last_event_id", models.BigIntegerField(null=True)),
                ("leaves", models.BinaryField()),
                ("previous", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                ("mac_key", models.PositiveSmallIntegerField(help_text="number of the key in SEAL_KEYS")),
                ("mac", models.BinaryField(max_length=32)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("from_position__lt", models.F("below_position"))),
                        name="seal_spans_something",
                    ),
                    models.UniqueConstraint(fields=("from_position",), name="seal_begins_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("checked_at", models.DateTimeField()),
                ("seals", models.IntegerField()),
                ("events", models.BigIntegerField()),
                ("faults", models.IntegerField()),
            ],
        ),
    ]
