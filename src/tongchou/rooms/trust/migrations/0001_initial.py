"""Orders, notices, reversals, passes for care, lists from outside. Triggers see to the ground of every order."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GROUND = """
create function trust_order_grounded() returns trigger language plpgsql as $$
declare d record; many int;
begin
  select person_id, binding, rule, until, source into d from plans_decision where id = new.decision_id;
  if d.person_id is distinct from new.person_id or not d.binding or d.rule <> new.rule or d.until is null or new.rule_ends_on > d.until then
    raise exception 'an order needs a binding decision about the same person' using errcode = 'check_violation', constraint = 'order_grounded';
  end if;
  select orders into many from trust_orderbatch where id = new.batch_id;
  if not new.two_needed and (coalesce(many, 0) > 20 or d.source = 'stated') then
    raise exception 'two organisations are needed' using errcode = 'check_violation', constraint = 'order_by_hand_needs_two';
  end if;
  return new;
end $$;
create trigger trust_order_grounded before insert on trust_restriction for each row execute function trust_order_grounded();
create function trust_order_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'an order is not deleted' using errcode = 'restrict_violation', constraint = 'order_frozen';
  end if;
  if (old.code, old.kind, old.mode, old.pack, old."table", old.rule, old.decision_id, old.evidence, old.legal_basis, old.starts_on, old.ends_on,
      old.rule_ends_on, old.by_hand, old.two_needed, old.batch_id, old.renews_id, old.issuer_id, old.issuer_org, old.issued_by_id, old.issued_at)
     is distinct from
     (new.code, new.kind, new.mode, new.pack, new."table", new.rule, new.decision_id, new.evidence, new.legal_basis, new.starts_on, new.ends_on,
      new.rule_ends_on, new.by_hand, new.two_needed, new.batch_id, new.renews_id, new.issuer_id, new.issuer_org, new.issued_by_id, new.issued_at)
     or (old.state not in ('pending', 'active') and new.state <> old.state) then
    raise exception 'an order is not changed, and one that has ended does not begin again' using errcode = 'restrict_violation', constraint = 'order_frozen';
  end if;
  return new;
end $$;
create trigger trust_order_frozen before update or delete on trust_restriction for each row execute function trust_order_frozen();
"""
FREE = """
drop trigger trust_order_grounded on trust_restriction; drop function trust_order_grounded();
drop trigger trust_order_frozen on trust_restriction; drop function trust_order_frozen();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('plans', '0001_initial'),
        ('record', '0004_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderBatch',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('pack', models.CharField(max_length=60)),
                ('table', models.CharField(max_length=60)),
                ('people', models.IntegerField(help_text='how many were decided')),
                ('orders', models.IntegerField(help_text='how many of them are restricted')),
                ('at', models.DateTimeField()),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.area')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issuer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
            ],
        ),
        migrations.CreateModel(
            name='OutsideList',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=120)),
                ('claim', models.CharField(blank=True, help_text='the status that it wanted to set', max_length=120)),
                ('people', models.IntegerField()),
                ('on_record', models.IntegerField()),
                ('with_ground', models.IntegerField(help_text="how many a plan's table would restrict by facts on record")),
                ('blocked', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('told', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
            ],
        ),
        migrations.CreateModel(
            name='Reversal',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('chosen', models.JSONField(help_text='batch, table, rule, from, to, area')),
                ('people', models.IntegerField(help_text='how many orders it would lift when it was proposed')),
                ('reason', models.CharField(max_length=400)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('agreed', models.BooleanField(null=True)),
                ('lifted', models.IntegerField(null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.area')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='reversal_two_people'),
                    models.CheckConstraint(condition=models.Q(('reason__regex', '\\S{4,}')), name='reversal_has_reason'),
                    models.CheckConstraint(condition=models.Q(models.Q(('agreed', None), ('confirmed_at', None), ('confirmed_by', None)), models.Q(('agreed__isnull', False), ('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='reversal_answered_whole'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Restriction',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('isolation', 'Isolation'), ('monitoring', 'Monitoring'), ('movement', 'Movement')], max_length=10)),
                ('mode', models.CharField(max_length=60)),
                ('pack', models.CharField(max_length=60)),
                ('table', models.CharField(max_length=60)),
                ('rule', models.CharField(max_length=80)),
                ('evidence', models.JSONField()),
                ('legal_basis', models.CharField(max_length=400)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('rule_ends_on', models.DateField()),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('active', 'Active'), ('refused', 'Refused'), ('renewed', 'Renewed'), ('lifted', 'Lifted'), ('lapsed', 'Lapsed')], max_length=8)),
                ('by_hand', models.BooleanField(help_text='rests on facts that somebody typed')),
                ('two_needed', models.BooleanField(help_text='needs two people of two organisations')),
                ('issuer_org', models.BigIntegerField()),
                ('issued_at', models.DateTimeField()),
                ('confirmed_org', models.BigIntegerField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=20)),
                ('end_note', models.CharField(blank=True, max_length=400)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='trust.orderbatch')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to='plans.decision')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issuer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to='record.person')),
                ('renews', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewed_by', to='trust.restriction')),
                ('reversal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='trust.reversal')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state__in', ('pending', 'active'))), fields=['ends_on'], name='order_ends'),
                    models.Index(fields=['-issued_at'], name='order_time'),
                    models.Index(fields=['person', '-issued_at'], name='order_person'),
                    models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='order_batch'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('evidence__0__isnull', False)), name='order_has_evidence'),
                    models.CheckConstraint(condition=models.Q(('legal_basis__regex', '\\S{4,}')), name='order_has_legal_basis'),
                    models.CheckConstraint(condition=models.Q(('rule', ''), _negated=True), name='order_has_rule'),
                    models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='order_dates_in_order'),
                    models.CheckConstraint(condition=models.Q(('ends_on__lte', models.F('rule_ends_on'))), name='order_within_rule'),
                    models.CheckConstraint(condition=models.Q(('two_needed', False), models.Q(('confirmed_at', None), ('state__in', ['pending', 'refused', 'lapsed', 'lifted'])), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('confirmed_org__isnull', False), models.Q(('confirmed_by', models.F('issued_by')), _negated=True), models.Q(('confirmed_org', models.F('issuer_org')), _negated=True)), _connector='OR'), name='order_two_organisations'),
                    models.CheckConstraint(condition=models.Q(('two_needed', True), models.Q(('by_hand', False), models.Q(('state', 'pending'), _negated=True)), _connector='OR'), name='order_by_hand_needs_two'),
                    models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at', None), ('state__in', ('pending', 'active'))), models.Q(models.Q(('state__in', ('pending', 'active')), _negated=True), ('ended_at__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='order_end_has_reason'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'active'))), fields=('person', 'table'), name='order_one_live'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CarePass',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('need', models.CharField(max_length=12)),
                ('place', models.CharField(blank=True, max_length=80)),
                ('at', models.DateTimeField()),
                ('loop', models.UUIDField()),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.area')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='care_passes', to='record.person')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['unit', '-at'], name='care_pass_unit')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(help_text='issued, refused, renewed, lifted, lapsed', max_length=10)),
                ('text', models.CharField(blank=True, max_length=400)),
                ('at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('restriction', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='trust.restriction')),
            ],
            options={
                'indexes': [models.Index(fields=['restriction', 'at'], name='notice_order')],
            },
        ),
        migrations.RunSQL(GROUND, FREE),
    ]
