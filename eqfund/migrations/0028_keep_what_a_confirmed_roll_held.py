from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eqfund", "0027_say_how_short_years_are_read"),
    ]

    operations = [
        migrations.AddField(
            model_name="rollconfirmation",
            name="rows",
            field=models.JSONField(
                db_default={},
                default=dict,
                help_text="each pupil's key and the beginning of its row's digest: tells what changed since",
            ),
        ),
    ]
