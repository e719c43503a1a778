import django.db.models.deletion
import monitoring.progress.rules
from django.db import migrations, models


class Migration(migrations.Migration):
    """Snapshots of offices, and how far the audit book has been gone through for them."""

    initial = True

    dependencies = [
        ("eqfund", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='OfficeSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schools', models.PositiveIntegerField(default=0)),
                ('late_schools', models.PositiveIntegerField(default=0)),
                ('complete_schools', models.PositiveIntegerField(default=0)),
                ('counted_at', models.DateTimeField(null=True)),
                ('is_stale', models.BooleanField(default=True)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='progress', to='eqfund.supervisingoffice')),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='eqfund.term')),
            ],
        ),
        migrations.CreateModel(
            name='ProgressMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.BigIntegerField()),
                ('term', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='eqfund.term')),
            ],
        ),
        migrations.CreateModel(
            name='StageSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[(monitoring.progress.rules.Stage['PROFILE'], 'School data up to date'), (monitoring.progress.rules.Stage['REGISTRY'], 'Registry file'), (monitoring.progress.rules.Stage['ACCOUNT'], 'Bank account'), (monitoring.progress.rules.Stage['CONTINUING'], 'Continuing group confirmed'), (monitoring.progress.rules.Stage['FORM01'], 'Form 01'), (monitoring.progress.rules.Stage['FORM05'], 'Form 05'), (monitoring.progress.rules.Stage['PAYOUT'], 'Payout'), (monitoring.progress.rules.Stage['REPORT'], 'Payout report'), (monitoring.progress.rules.Stage['ATTENDANCE'], 'Attendance')], max_length=12)),
                ('done', models.PositiveIntegerField()),
                ('total', models.PositiveIntegerField()),
                ('late', models.PositiveIntegerField()),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='progress.officesnapshot')),
            ],
        ),
        migrations.AddIndex(
            model_name='officesnapshot',
            index=models.Index(condition=models.Q(('is_stale', True)), fields=['counted_at'], name='office_snapshot_stale'),
        ),
        migrations.AddConstraint(
            model_name='officesnapshot',
            constraint=models.UniqueConstraint(fields=('term', 'office'), name='office_snapshot_once_a_term'),
        ),
        migrations.AddConstraint(
            model_name='officesnapshot',
            constraint=models.CheckConstraint(condition=models.Q(('complete_schools__lte', models.F('schools')), ('late_schools__lte', models.F('schools'))), name='office_snapshot_counts_its_schools'),
        ),
        migrations.AddConstraint(
            model_name='stagesnapshot',
            constraint=models.UniqueConstraint(fields=('snapshot', 'stage'), name='stage_snapshot_once'),
        ),
        migrations.AddConstraint(
            model_name='stagesnapshot',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['profile', 'registry', 'account', 'continuing', 'form01', 'form05', 'payout', 'report', 'attendance'])), name='stage_snapshot_stage_is_known'),
        ),
        migrations.AddConstraint(
            model_name='stagesnapshot',
            constraint=models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='stage_snapshot_done_is_of_total'),
        ),
    ]
