import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A bank file whose download broke is called back by another person before it is taken again."""

    dependencies = [
        ('payments', '0005_left_outs_in_order'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BankFileCallBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('taken_at', models.DateTimeField()),
                ('called_back_at', models.DateTimeField()),
                ('reason', models.TextField()),
                ('called_back_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='call_backs', to='payments.bankfile')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('file', 'number'), name='call_back_number_once_per_file'), models.CheckConstraint(condition=models.Q(('called_back_by', models.F('taken_by')), _negated=True), name='call_back_is_not_by_the_taker'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='call_back_says_why'), models.CheckConstraint(condition=models.Q(('called_back_at__gte', models.F('taken_at'))), name='call_back_comes_after_the_taking')],
            },
        ),
    ]
