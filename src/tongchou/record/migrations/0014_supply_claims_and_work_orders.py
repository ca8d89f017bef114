"""Supplies that one side said become claims; numbered orders to enterprises.

What an enterprise recorded itself waits for its partner from now on; who recorded it is known by the act. Going back leaves these marks.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


_CLAIMED = """
update record_supplylink set critical_said = critical;
update record_supplylink set critical = false where buyer_id is null;
update record_supplylink l set state = 'claimed', claimed_by_id = a.unit_id, recorded_at = a.at, critical = l.critical and l.buyer_id = a.unit_id
from record_event e join record_act a on a.id = e.act_id
where e.what = 'supply_added' and (e.data->>'link')::bigint = l.id and l.ended_on is null and a.role = 'enterprise_manager'
  and a.unit_id in (l.supplier_id, l.buyer_id);
set constraints all immediate;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0013_selections_and_responsibility'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkOrder',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('stop', 'Stop'), ('correct', 'Correct'), ('review', 'Review')], max_length=7)),
                ('year', models.PositiveSmallIntegerField()),
                ('seq', models.PositiveIntegerField()),
                ('reason', models.TextField()),
                ('points', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), default=list, size=None)),
                ('issued_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lift_reason', models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name='supplylink',
            name='answer',
            field=models.CharField(blank=True, help_text='why it was denied, or what was found', max_length=300),
        ),
        migrations.AddField(
            model_name='supplylink',
            name='answered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='supplylink',
            name='claimed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit'),
        ),
        migrations.AddField(
            model_name='supplylink',
            name='critical_said',
            field=models.BooleanField(default=False, help_text='as it was said when it was recorded'),
        ),
        migrations.AddField(
            model_name='supplylink',
            name='recorded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='supplylink',
            name='state',
            field=models.CharField(choices=[('claimed', 'Claimed'), ('confirmed', 'Confirmed'), ('denied', 'Denied')], default='confirmed', max_length=9),
        ),
        migrations.RunSQL(_CLAIMED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='supplylink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'claimed'), _negated=True), ('claimed_by__isnull', False), _connector='OR'), name='supply_claim_has_side'),
        ),
        migrations.AddConstraint(
            model_name='supplylink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'denied'), _negated=True), models.Q(('ended_on__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='supply_denied_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='supplylink',
            constraint=models.CheckConstraint(condition=models.Q(('critical', False), ('buyer__isnull', False), _connector='OR'), name='supply_critical_has_buyer'),
        ),
        migrations.AddField(
            model_name='workorder',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='workorder',
            name='lifted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='workorder',
            name='loop',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.loop'),
        ),
        migrations.AddField(
            model_name='workorder',
            name='organ',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.unit'),
        ),
        migrations.AddField(
            model_name='workorder',
            name='permit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.workpermit'),
        ),
        migrations.AddField(
            model_name='workorder',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_orders', to='record.unit'),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(fields=['unit', '-issued_at'], name='work_order_unit'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.UniqueConstraint(fields=('organ', 'year', 'seq'), name='work_order_number_once'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'stop'), ('lifted_at', None)), fields=('unit',), name='work_order_one_stop'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(condition=models.Q(('lifted_at', None), models.Q(('kind', 'stop'), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='work_order_lift_has_reason'),
        ),
    ]
