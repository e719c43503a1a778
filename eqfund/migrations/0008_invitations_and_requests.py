import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.text
import eqfund.access
import eqfund.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('eqfund', '0007_audit_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('path', eqfund.fields.PathField(db_collation='C', db_index=True, max_length=60)),
                ('full_name', models.CharField(max_length=200)),
                ('email', models.EmailField(max_length=254)),
                ('phone', eqfund.fields.EncryptedTextField(blank=True, editable=True, purpose='user_phone')),
                ('note', eqfund.fields.EncryptedTextField(blank=True, editable=True, purpose='account_request_note')),
                ('made_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('open', 'waits for an answer'), ('accepted', 'accepted: invited'), ('refused', 'request refused')], default='open', max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('answer', eqfund.fields.EncryptedTextField(blank=True, editable=True, purpose='account_request_note')),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('path', eqfund.fields.PathField(db_collation='C', db_index=True, max_length=60)),
                ('capacity', models.CharField(default='in_post', max_length=10)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('email', models.EmailField(max_length=254)),
                ('full_name', models.CharField(max_length=200)),
                ('phone', eqfund.fields.EncryptedTextField(blank=True, editable=True, purpose='user_phone')),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('token_hash', models.BinaryField(max_length=32, null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('times_sent', models.PositiveSmallIntegerField(default=0)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TeacherList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', eqfund.fields.PathField(db_collation='C', db_index=True, max_length=60)),
                ('rows', eqfund.fields.EncryptedJSONField(editable=True, purpose='teacher_list')),
                ('counts', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('read', 'waits to be confirmed'), ('confirmed', 'confirmed'), ('discarded', 'set aside')], default='read', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='posting',
            name='posting_once',
        ),
        migrations.AddField(
            model_name='posting',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('moved', 'moved to another place'), ('left', 'retired or left the service'), ('replaced', 'another person has the post now'), ('new_year', 'a new school year'), ('mistake', 'given by mistake')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('end_reason__in', ['', 'moved', 'left', 'replaced', 'new_year', 'mistake'])), name='posting_end_reason_is_known'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('capacity', 'in_post'), models.Q(('capacity__in', ['acting', 'on_behalf']), ('role', eqfund.access.Role['SCHOOL_DIRECTOR'])), _connector='OR'), name='posting_capacity_is_known'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('role', '='), ('path', '='), (models.Func('starts_on', 'ends_on', models.Value('[]'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='posting_once_on_any_day'),
        ),
        migrations.AddField(
            model_name='accountrequest',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='accepted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='cancelled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='posting',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='eqfund.posting'),
        ),
        migrations.AddField(
            model_name='accountrequest',
            name='invitation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='eqfund.invitation'),
        ),
        migrations.AddField(
            model_name='teacherlist',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['homeroom_teacher', 'screening_teacher', 'registry_keeper', 'school_admin', 'school_director', 'office_admin', 'affiliation_officer', 'fund_officer', 'fund_approver', 'fund_finance', 'auditor', 'system_admin'])), name='invitation_role_is_known'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('path__endswith', '/')), name='invitation_path_ends_in_slash'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='invitation_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='invitation_expires_after_it_is_made'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('accepted_by', None), ('posting', None)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False), ('posting__isnull', False)), _connector='OR'), name='invitation_accepted_at_by_and_posting_go_together'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('cancelled_by', None)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='invitation_cancelled_at_and_by_go_together'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_at', None), ('cancelled_at', None), _connector='OR'), name='invitation_is_not_accepted_and_cancelled'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_by', None), models.Q(('accepted_by', models.F('invited_by')), _negated=True), _connector='OR'), name='invitation_is_not_accepted_by_its_inviter'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('token_hash',), name='invitation_secret_is_one_invitations'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('role'), models.F('path'), condition=models.Q(('accepted_at', None), ('cancelled_at', None)), name='invitation_one_waiting_per_person_and_post'),
        ),
        migrations.AddConstraint(
            model_name='accountrequest',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['homeroom_teacher', 'screening_teacher', 'registry_keeper', 'school_admin', 'school_director', 'office_admin', 'affiliation_officer', 'fund_officer', 'fund_approver', 'fund_finance', 'auditor', 'system_admin'])), name='request_role_is_known'),
        ),
        migrations.AddConstraint(
            model_name='accountrequest',
            constraint=models.CheckConstraint(condition=models.Q(('path__endswith', '/')), name='request_path_ends_in_slash'),
        ),
        migrations.AddConstraint(
            model_name='accountrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('status', 'open')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('status__in', ['accepted', 'refused'])), _connector='OR'), name='request_open_or_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='accountrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('invitation__isnull', False), ('status', 'accepted')), models.Q(models.Q(('status', 'accepted'), _negated=True), ('invitation', None)), _connector='OR'), name='request_accepted_has_its_invitation'),
        ),
        migrations.AddConstraint(
            model_name='accountrequest',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('role'), models.F('path'), condition=models.Q(('status', 'open')), name='request_one_open_per_person_and_post'),
        ),
        migrations.AddConstraint(
            model_name='teacherlist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', False), ('status', 'confirmed')), models.Q(models.Q(('status', 'confirmed'), _negated=True), ('confirmed_at', None)), _connector='OR'), name='teacher_list_confirmed_has_its_moment'),
        ),
    ]
