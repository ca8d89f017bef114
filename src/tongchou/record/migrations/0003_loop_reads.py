"""Indexes for reading: words of a title, figures by area and by day."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('record', '0002_guards'),
    ]

    operations = [
        # going back leaves it: an extension may belong to the server's administrator, and others may use it
        migrations.RunSQL("create extension if not exists pg_trgm", migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='loop',
            name='loop_area',
        ),
        migrations.RemoveIndex(
            model_name='loop',
            name='loop_follow',
        ),
        migrations.AddIndex(
            model_name='loop',
            index=models.Index(condition=models.Q(('follow_up_at__isnull', False), ('follow_up_done', False)), fields=['opener_unit', 'follow_up_at'], name='loop_follow'),
        ),
        migrations.AddIndex(
            model_name='loop',
            index=models.Index(condition=models.Q(('closed_at', None), ('verifier_unit__isnull', False)), fields=['verifier_unit'], name='loop_verifier'),
        ),
        migrations.AddIndex(
            model_name='loop',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['area', 'deadline'], include=('level',), name='loop_area'),
        ),
        migrations.AddIndex(
            model_name='loop',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['area', 'closed_at'], include=('due_at',), name='loop_closed_area'),
        ),
        migrations.AddIndex(
            model_name='loop',
            index=models.Index(fields=['area', 'opened_at'], name='loop_opened'),
        ),
        migrations.AddIndex(
            model_name='loop',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('title', 'gin_trgm_ops'), name='loop_title'),
        ),
    ]
