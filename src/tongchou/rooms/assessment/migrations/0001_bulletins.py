"""Official documents; what is signed never changes, as a trigger sees to."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FREEZE = """
create function assessment_bulletin_frozen() returns trigger language plpgsql as $$
begin
  if old.signed_at is not null and (
    tg_op = 'DELETE' or (to_jsonb(new) - array['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'])
      is distinct from (to_jsonb(old) - array['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'])
  ) then
    raise exception 'a signed document is not changed' using errcode = 'restrict_violation', constraint = 'bulletin_frozen';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger assessment_bulletin_frozen before update or delete on assessment_bulletin
for each row execute function assessment_bulletin_frozen();
"""
THAW = "drop trigger assessment_bulletin_frozen on assessment_bulletin; drop function assessment_bulletin_frozen();"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('record', '0004_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Bulletin',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('form', models.CharField(choices=[('document', 'Document'), ('bulletin', 'Bulletin'), ('brief', 'Brief'), ('minutes', 'Minutes')], max_length=10)),
                ('title', models.CharField(max_length=200)),
                ('to_units', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('copies', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('body', models.JSONField(default=list)),
                ('source', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('version', models.IntegerField(default=1)),
                ('drafted_at', models.DateTimeField()),
                ('signed_at', models.DateTimeField(null=True)),
                ('organ', models.CharField(blank=True, max_length=20)),
                ('year', models.SmallIntegerField(null=True)),
                ('seq', models.IntegerField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdraw_reason', models.CharField(blank=True, max_length=200)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issuer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulletins', to='record.unit')),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['-drafted_at'], name='bulletin_time'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('form__in', ['document', 'bulletin'])), fields=('organ', 'year', 'seq'), name='bulletin_number_once'),
                    models.UniqueConstraint(fields=('organ', 'year', 'seq', 'form'), name='bulletin_issue_once'),
                    models.CheckConstraint(condition=models.Q(('signed_by', None), models.Q(('signed_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='bulletin_two_people'),
                    models.CheckConstraint(condition=models.Q(models.Q(('seq', None), ('signed_at', None), ('signed_by', None)), models.Q(('seq__isnull', False), ('signed_at__isnull', False), ('signed_by__isnull', False), ('year__isnull', False)), _connector='OR'), name='bulletin_signed_has_number'),
                    models.CheckConstraint(condition=models.Q(('seq', None), ('seq__gte', 1), _connector='OR'), name='bulletin_seq_positive'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('bulletin', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='assessment.bulletin')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('bulletin', 'unit'), name='bulletin_receipt_once'),
                ],
            },
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
