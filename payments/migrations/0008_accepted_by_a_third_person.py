from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The fund accepts an account by a person who neither proposed nor approved it."""

    dependencies = [
        ('payments', '0007_what_was_built_or_handed_out_stays'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='ledger_movement_is_known',
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credit', 'fund'), ('debit', 'bank_clearing')), models.Q(('credit', 'bank_clearing'), ('debit', 'pupil')), models.Q(('credit', 'bank_clearing'), ('debit', 'school_in_hand')), models.Q(('credit', 'bank_clearing'), ('debit', 'fund')), models.Q(('credit', 'school_in_hand'), ('debit', 'pupil')), models.Q(('credit', 'pupil'), ('debit', 'school_in_hand')), models.Q(('credit', 'school_in_hand'), ('debit', 'refund')), _connector='OR'), name='ledger_movement_is_known'),
        ),
        migrations.AddConstraint(
            model_name='schoolbankaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'accepted'), _negated=True), models.Q(models.Q(('decided_by', models.F('proposed_by')), _negated=True), models.Q(('decided_by', models.F('director')), _negated=True)), _connector='OR'), name='account_is_accepted_by_a_third_person'),
        ),
    ]
