import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Room for runs of a model, and for the announcement of a run and of a decision.

    A score's own model and moment become nullable here, so that going back they are there to be filled.
    """

    dependencies = [
        ("eqfund", "0001_initial"),
        ("screening", "0002_released_models_stay"),
    ]

    operations = [
        migrations.CreateModel(
            name="Scoring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scored_at", models.DateTimeField()),
                ("forms", models.PositiveIntegerField()),
                (
                    "announcement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scorings",
                        to="screening.announcement",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scorings",
                        to="screening.pmtmodel",
                    ),
                ),
                (
                    "scored_by",
                    models.ForeignKey(
                        help_text="null: before it was kept",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scorings",
                        to="eqfund.term",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("forms__gte", 1)), name="scoring_took_a_form"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="pmtscore",
            name="scoring",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scores",
                to="screening.scoring",
            ),
        ),
        migrations.AlterField(
            model_name="pmtscore",
            name="model",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scores",
                to="screening.pmtmodel",
            ),
        ),
        migrations.AlterField(
            model_name="pmtscore", name="scored_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="institutiondecision",
            name="announcement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="screening.announcement",
            ),
        ),
    ]
