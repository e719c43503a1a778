from django.db import migrations, models


class Migration(migrations.Migration):
    """The index by status holds the key too: a term's signed forms are found without their wide rows."""

    dependencies = [("screening", "0007_second_index_column")]

    operations = [
        migrations.RemoveIndex(model_name="form01", name="form01_status"),
        migrations.AddIndex(
            model_name="form01",
            index=models.Index(
                fields=["status", "enrolment"], include=("id",), name="form01_status"
            ),
        ),
    ]
