from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("eqfund", "0012_record_registry_files_by_a_job"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="event", name="event_of_an_object"),
        migrations.RemoveIndex(model_name="event", name="event_of_an_actor"),
        migrations.RemoveIndex(model_name="event", name="event_about_a_child"),
        migrations.RemoveIndex(model_name="event", name="event_of_a_place"),
        migrations.RemoveIndex(model_name="event", name="event_of_a_verb"),
        migrations.RemoveIndex(model_name="event", name="event_of_a_kind"),
        migrations.RemoveIndex(model_name="event", name="event_day"),
        migrations.AddIndex(
            model_name="event", index=models.Index(fields=["wall_at", "id"], name="event_moment")
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor_id", "wall_at", "id"], name="event_of_person"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["object_label", "object_id", "wall_at", "id"], name="event_of_thing"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["verb", "wall_at", "id"], name="event_of_verb"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["path", "wall_at", "id"], name="event_at_place"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("pupil_id__isnull", False)),
                fields=["pupil_id", "wall_at", "id"],
                name="event_of_child",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("kind", "download")), fields=["wall_at", "id"], name="event_download"
            ),
        ),
    ]
