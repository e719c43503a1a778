import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The list of those left out of a round is read by its keys, in the order they were written."""

    dependencies = [("payments", "0004_say_what_a_destination_is_sealed_for")]
    operations = [
        migrations.RemoveIndex(model_name="leftout", name="left_out_by_hurdle"),
        migrations.AlterField(
            model_name="leftout",
            name="round",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="left_outs",
                to="payments.transferround",
            ),
        ),
        migrations.AddIndex(
            model_name="leftout",
            index=models.Index(fields=["round", "id"], name="left_out_in_order"),
        ),
        migrations.AddIndex(
            model_name="leftout",
            index=models.Index(fields=["round", "hurdle", "id"], name="left_out_by_hurdle"),
        ),
    ]
