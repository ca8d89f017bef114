"""Editions of plan packs, sign-offs and decisions. What was approved and what was decided never changes, as triggers see to."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FREEZE = """
create function plans_version_frozen() returns trigger language plpgsql as $$
begin
  if (old.origin = 'shipped' or old.approved_at is not null or old.withdrawn_at is not null) and (
    tg_op = 'DELETE' or (to_jsonb(new) - array['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'])
      is distinct from (to_jsonb(old) - array['withdrawn_at', 'withdrawn_by_id', 'withdraw_reason'])
  ) then
    raise exception 'an approved pack is not changed' using errcode = 'restrict_violation', constraint = 'pack_frozen';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger plans_version_frozen before update or delete on plans_packversion for each row execute function plans_version_frozen();
create function plans_decision_frozen() returns trigger language plpgsql as $$
begin
  -- a merge of two files of one person moves its decisions; nothing else about them changes
  if tg_op = 'DELETE' or (to_jsonb(new) - 'person_id') is distinct from (to_jsonb(old) - 'person_id') then
    raise exception 'a decision is not changed' using errcode = 'restrict_violation', constraint = 'decision_frozen';
  end if;
  return new;
end $$;
create trigger plans_decision_frozen before update or delete on plans_decision for each row execute function plans_decision_frozen();
create function plans_explanation_frozen() returns trigger language plpgsql as $$
begin
  raise exception 'an explanation is not changed' using errcode = 'restrict_violation', constraint = 'decision_frozen';
end $$;
create trigger plans_explanation_frozen before update or delete on plans_explanation for each row execute function plans_explanation_frozen();
"""
THAW = """
drop trigger plans_version_frozen on plans_packversion; drop function plans_version_frozen();
drop trigger plans_decision_frozen on plans_decision; drop function plans_decision_frozen();
drop trigger plans_explanation_frozen on plans_explanation; drop function plans_explanation_frozen();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('record', '0004_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('content', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='PackVersion',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('pack', models.CharField(db_index=True, max_length=60)),
                ('version', models.IntegerField()),
                ('title', models.JSONField(default=dict, help_text='{zh, en}')),
                ('origin', models.CharField(choices=[('shipped', 'Shipped'), ('local', 'Local')], max_length=8)),
                ('files', models.JSONField(default=dict, help_text='path -> text')),
                ('digest', models.CharField(max_length=64)),
                ('sound', models.BooleanField(default=False, help_text='all checks and worked cases passed')),
                ('why', models.CharField(blank=True, max_length=400)),
                ('revision', models.IntegerField(default=1)),
                ('made_at', models.DateTimeField()),
                ('shadow', models.JSONField(default=dict, help_text='the last shadow run: counts, moment, digest')),
                ('approved_at', models.DateTimeField(null=True)),
                ('from_day', models.DateField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdraw_reason', models.CharField(blank=True, max_length=200)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('base', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='plans.packversion')),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('origin', 'shipped')), fields=('pack', 'digest'), name='pack_shipped_once'),
                    models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='pack_two_people'),
                    models.CheckConstraint(condition=models.Q(models.Q(('approved_by', None), ('from_day', None), ('origin', 'shipped')), models.Q(('approved_at', None), ('approved_by', None), ('from_day', None), ('origin', 'local')), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('from_day__isnull', False), ('origin', 'local'), ('sound', True)), _connector='OR'), name='pack_approved_whole'),
                    models.CheckConstraint(condition=models.Q(('origin', 'shipped'), ('drafted_by__isnull', False), _connector='OR'), name='pack_drafted_by_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('table', models.CharField(max_length=60)),
                ('edition', models.CharField(max_length=60)),
                ('as_of', models.DateField()),
                ('known_on', models.DateField()),
                ('area_code', models.CharField(blank=True, max_length=12)),
                ('facts', models.JSONField(default=dict)),
                ('source', models.CharField(choices=[('record', 'Record'), ('stated', 'Stated')], max_length=6)),
                ('outcome', models.CharField(max_length=60)),
                ('rule', models.CharField(blank=True, max_length=80)),
                ('until', models.DateField(null=True)),
                ('binding', models.BooleanField()),
                ('signed', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('batch', models.UUIDField(null=True)),
                ('act', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='record.person')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
                ('explanation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plans.explanation')),
                ('pack_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='plans.packversion')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['person', '-at'], name='decision_person'),
                    models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='decision_batch'),
                    models.Index(fields=['digest', 'table', 'as_of'], name='decision_replay'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('pack', models.CharField(max_length=60)),
                ('what', models.CharField(help_text='edition, rule, parameter', max_length=12)),
                ('name', models.CharField(max_length=80)),
                ('value', models.JSONField(default=None, null=True)),
                ('document', models.CharField(help_text='title and number of the local paper', max_length=200)),
                ('dated', models.DateField()),
                ('at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('document', ''), _negated=True), name='sign_off_has_document'),
                    models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('pack', 'what', 'name', 'value'), name='sign_off_once'),
                ],
            },
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
