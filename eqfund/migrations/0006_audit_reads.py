from django.db import migrations, models

import eqfund.models.audit


class Migration(migrations.Migration):

    dependencies = [
        ("eqfund", "0005_audit_position"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="position",
            field=models.BigIntegerField(db_default=eqfund.models.audit.BookPosition(), editable=False),
        ),
        migrations.AddField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[("act", "act"), ("read", "reading"), ("download", "download")],
                db_default="act",
                default="act",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="pupil_id",
            field=models.BigIntegerField(help_text="the child it tells of, if one", null=True),
        ),
        migrations.AddField(
            model_name="event",
            name="change_digest",
            field=models.BinaryField(db_default=b"", default=b"", max_length=32),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["act", "read", "download"])), name="event_kind_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("pupil_id__isnull", False)),
                fields=["pupil_id", "id"],
                name="event_about_a_child",
            ),
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["position", "id"], name="event_position")
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["path", "id"], name="event_of_a_place")
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["verb", "id"], name="event_of_a_verb")
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["kind", "id"], name="event_of_a_kind")
        ),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["wall_at"], name="event_day")
        ),
    ]
