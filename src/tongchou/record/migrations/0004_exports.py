"""Exports of personal data, former passwords, and the cache that all processes share."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CACHE = """
create table django_cache (cache_key varchar(255) primary key, value text not null, expires timestamptz not null);
create index django_cache_expires on django_cache (expires);
"""  # as `manage.py createcachetable` makes it


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0003_loop_reads'),
    ]

    operations = [
        migrations.RunSQL(CACHE, "drop table django_cache"),
        migrations.AddField(
            model_name='account',
            name='password_history',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, help_text='hashes of former passwords, the latest first', size=None),
        ),
        migrations.CreateModel(
            name='PersonalExport',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None)),
                ('rows', models.IntegerField()),
                ('format', models.CharField(choices=[('xlsx', 'xlsx'), ('csv', 'csv')], max_length=4)),
                ('sha256', models.BinaryField(max_length=32)),
                ('sealed', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('downloads', models.IntegerField(default=0)),
                ('erased_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('loop', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='export', to='record.loop')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='record.unit')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='export_expires'), models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', False), ('sealed', None)), models.Q(('erased_at', None), ('sealed__isnull', False)), _connector='OR'), name='export_erased')],
            },
        ),
    ]
