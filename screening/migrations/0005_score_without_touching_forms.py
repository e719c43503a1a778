import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = {
    "draft": "Draft",
    "submitted": "Sent, awaits the official",
    "returned": "Returned to be corrected",
    "certified": "Certified, awaits the director",
    "refused": "Not certified",
    "signed": "Signed by the director",
    "withdrawn": "Withdrawn",
}
SENT = ["certified", "refused", "signed", "submitted"]


class Migration(migrations.Migration):
    """A score says that its form is scored: forms keep their status as signed, and eight indexes go."""

    dependencies = [("screening", "0004_read_runs_off_the_scores")]

    operations = [
        migrations.AlterField(
            model_name="pmtscore",
            name="scoring",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scores",
                to="screening.scoring",
            ),
        ),
        migrations.RemoveField(model_name="pmtscore", name="model"),
        migrations.RemoveField(model_name="pmtscore", name="scored_at"),
        migrations.AlterField(
            model_name="pmtscore",
            name="form",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pmt_score",
                to="screening.form01",
            ),
        ),
        migrations.AddConstraint(
            model_name="institutiondecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("announcement", None), ("status", "decided"), _connector="OR"),
                name="institution_announced_once_decided",
            ),
        ),
        migrations.RemoveConstraint(model_name="form01", name="form01_status_is_known"),
        migrations.RemoveConstraint(
            model_name="form01", name="form01_past_the_draft_was_submitted"
        ),
        migrations.RemoveConstraint(
            model_name="form01", name="form01_certified_means_an_officer_certified"
        ),
        migrations.RemoveConstraint(
            model_name="form01", name="form01_signed_means_a_director_signed"
        ),
        migrations.AlterField(
            model_name="form01",
            name="status",
            field=models.CharField(choices=list(KEPT.items()), default="draft", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="form01",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", sorted(KEPT))), name="form01_status_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="form01",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", SENT), _negated=True),
                    ("submitted_at__isnull", False),
                    _connector="OR",
                ),
                name="form01_past_the_draft_was_submitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="form01",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["certified", "signed"]), _negated=True),
                    ("officer_decision", "certify"),
                    _connector="OR",
                ),
                name="form01_certified_means_an_officer_certified",
            ),
        ),
        migrations.AddConstraint(
            model_name="form01",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "signed"), _negated=True),
                    ("signed_at__isnull", False),
                    _connector="OR",
                ),
                name="form01_signed_means_a_director_signed",
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="certified_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="returned_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="saved_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="signed_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="started_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="submitted_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="withdrawn_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="form01",
            name="officer_id_card",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="eqfund.storedfile",
            ),
        ),
        migrations.AddIndex(
            model_name="form01",
            index=models.Index(
                condition=models.Q(("officer_id_card__isnull", False)),
                fields=["officer_id_card"],
                name="form01_officer_card",
            ),
        ),
    ]
