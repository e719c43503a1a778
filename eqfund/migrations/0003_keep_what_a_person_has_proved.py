import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import eqfund.fields


class Migration(migrations.Migration):
    dependencies = [
        ("eqfund", "0002_append_only_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountState",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="account_state",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verified_email",
                    eqfund.fields.EncryptedTextField(
                        blank=True, editable=True, purpose="user_email"
                    ),
                ),
                ("email_verified_at", models.DateTimeField(null=True)),
                (
                    "verified_phone",
                    eqfund.fields.EncryptedTextField(
                        blank=True, editable=True, purpose="user_phone"
                    ),
                ),
                ("phone_verified_at", models.DateTimeField(null=True)),
                ("factor_postponed_at", models.DateTimeField(null=True)),
                ("entered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ContactCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "E-mail"), ("phone", "Phone")], max_length=5
                    ),
                ),
                (
                    "target",
                    eqfund.fields.EncryptedTextField(
                        editable=True, purpose="contact_code_target"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "kind", "-id"], name="contact_code_of_a_person")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind__in=["email", "phone"]), name="contact_code_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(expires_at__gt=F("sent_at")),
                        name="contact_code_expires_after_it_is_sent",
                    ),
                    models.CheckConstraint(
                        condition=Q(tries__lte=5), name="contact_code_is_tried_a_few_times"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactorRecovery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting"),
                            ("restored", "Factor taken off"),
                            ("refused", "Refused"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "checked",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_person", "Met in person"),
                            ("called_back", "Called back on a number known before"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "reason",
                    eqfund.fields.EncryptedTextField(
                        blank=True, editable=True, purpose="recovery_reason"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="factor_recoveries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(state="asked"),
                        fields=("user",),
                        name="factor_recovery_one_waiting_per_person",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="asked", decided_by=None, decided_at=None)
                        | (
                            Q(state__in=["restored", "refused"], decided_at__isnull=False)
                            & Q(decided_by__isnull=False)
                            & ~Q(decided_by=F("user"))
                        ),
                        name="factor_recovery_is_decided_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="restored")
                        | Q(checked__in=["in_person", "called_back"]),
                        name="factor_recovery_restores_only_a_checked_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SentMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "E-mail"), ("phone", "Phone")], max_length=5
                    ),
                ),
                (
                    "recipient",
                    eqfund.fields.EncryptedTextField(editable=True, purpose="sent_message"),
                ),
                (
                    "subject",
                    eqfund.fields.EncryptedTextField(
                        blank=True, editable=True, purpose="sent_message"
                    ),
                ),
                ("text", eqfund.fields.EncryptedTextField(editable=True, purpose="sent_message")),
                ("sent_at", models.DateTimeField()),
            ],
        ),
    ]
