"""Selections of the work list; one responsible post at a time for each subject and kind; loops by kind and stage.

Responsibilities that overlap already are not deleted: of each subject, kind and duty the earlier ends on the day on which the later one begins (of two that
begin on the same day, the one entered first ends that day), and its note says so. Where the later one ends first, the gap behind it is listed on the
page of gaps. Going back leaves these ends as they are.
"""

from typing import Any

import django.contrib.postgres.constraints
import django.db.models.deletion
import tongchou.record.models.units
from django.conf import settings
from django.db import migrations, models


_ONE_AT_A_TIME = """
update record_responsibility r set to_date = x.next, note = left(case when r.note = '' then %(said)s else r.note || '; ' || %(said)s end, 200)
from (
  select id, to_date, lead(from_date) over (partition by kind, case when note in ('业务主管', '安全监管') then note else '' end, area_id, unit_id, person_id order by from_date, id) as next
  from record_responsibility where to_date is null or to_date > from_date
) x
where x.id = r.id and x.next is not null and (x.to_date is null or x.to_date > x.next)
"""
_SAID = "与后一责任人重叠，升级时自其到任之日止 / overlapped; ended when the next began"


def one_at_a_time(apps: Any, editor: Any) -> None:
    """End each responsibility when the next of its subject and kind begins."""
    with editor.connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, {"said": _SAID})


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0012_loop_level'),
    ]

    operations = [
        migrations.CreateModel(
            name='LoopSelection',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('query', models.JSONField(default=dict)),
                ('cut', models.BooleanField(default=False)),
                ('total', models.IntegerField()),
                ('verb', models.CharField(blank=True, max_length=40)),
                ('title', models.JSONField(default=dict, help_text='what was asked for, in words: {zh, en}')),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done')], default='draft', max_length=7)),
                ('tries', models.IntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('asked_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SelectedLoop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.IntegerField()),
                ('loop', models.UUIDField()),
                ('done_at', models.DateTimeField(null=True)),
                ('refusal', models.JSONField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='loop',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['kind', 'stage', 'deadline'], name='loop_kind_stage'),
        ),
        migrations.RunPython(one_at_a_time, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('area', '='), ('kind', '='), (tongchou.record.models.units.DUTY, '='), (tongchou.record.models.units.DateRange('from_date', 'to_date', models.Value('[)')), '&&')], name='responsibility_one_for_area'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('unit', '='), ('kind', '='), (tongchou.record.models.units.DUTY, '='), (tongchou.record.models.units.DateRange('from_date', 'to_date', models.Value('[)')), '&&')], name='responsibility_one_for_unit'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), ('kind', '='), (tongchou.record.models.units.DUTY, '='), (tongchou.record.models.units.DateRange('from_date', 'to_date', models.Value('[)')), '&&')], name='responsibility_one_for_person'),
        ),
        migrations.AddField(
            model_name='loopselection',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='selectedloop',
            name='selection',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='loops', to='record.loopselection'),
        ),
        migrations.AddIndex(
            model_name='loopselection',
            index=models.Index(fields=['account', '-made_at'], name='selection_own'),
        ),
        migrations.AddIndex(
            model_name='loopselection',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'running'])), fields=['asked_at'], name='selection_open'),
        ),
        migrations.AddConstraint(
            model_name='loopselection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asked_at', None), ('state', 'draft'), ('verb', '')), models.Q(models.Q(('state', 'draft'), _negated=True), ('asked_at__isnull', False), models.Q(('verb', ''), _negated=True)), _connector='OR'), name='selection_asked'),
        ),
        migrations.AddConstraint(
            model_name='loopselection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at', None)), _connector='OR'), name='selection_finished'),
        ),
        migrations.AddConstraint(
            model_name='selectedloop',
            constraint=models.UniqueConstraint(fields=('selection', 'place'), name='selected_place'),
        ),
        migrations.AddConstraint(
            model_name='selectedloop',
            constraint=models.UniqueConstraint(fields=('selection', 'loop'), name='selected_once'),
        ),
        migrations.AddConstraint(
            model_name='selectedloop',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), ('refusal__isnull', True), _connector='OR'), name='selected_done_or_refused'),
        ),
    ]
