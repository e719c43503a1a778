from django.db import migrations, models


class Migration(migrations.Migration):
    """Which account of a school is its last: filled and kept by the next two."""

    dependencies = [
        ("payments", "0014_ask_for_the_whole_of_a_check"),
    ]

    operations = [
        migrations.AddField(
            model_name="schoolbankaccount",
            name="is_last",
            field=models.BooleanField(
                default=True,
                help_text="the newest of its school that was not replaced; kept by a trigger",
            ),
        ),
    ]
