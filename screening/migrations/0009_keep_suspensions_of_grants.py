import django.db.models.deletion
import eqfund.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Times in which a grant gives no right to money."""

    dependencies = [("screening", "0008_read_signed_forms_off_an_index")]

    operations = [
        migrations.CreateModel(
            name="GrantSuspension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", eqfund.fields.EncryptedTextField(purpose="grant_suspension")),
                ("suspended_at", models.DateTimeField()),
                (
                    "lifted_reason",
                    eqfund.fields.EncryptedTextField(blank=True, purpose="grant_suspension"),
                ),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to="screening.grant",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "suspended_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("grant",),
                        name="grant_suspended_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="grant_suspension_lifted_at_and_by_go_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_at", None),
                            ("lifted_at__gte", models.F("suspended_at")),
                            _connector="OR",
                        ),
                        name="grant_suspension_is_lifted_after_it_begins",
                    ),
                ],
            },
        ),
    ]
