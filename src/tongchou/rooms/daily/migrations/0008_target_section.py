from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('daily', '0007_happenings'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='target', name='target_once'),
        migrations.AddField(
            model_name='target',
            name='section',
            field=models.CharField(blank=True, default='', help_text='letter of GB/T 4754; empty for all enterprises of the area', max_length=1),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('area', 'section', 'month'), name='target_once'),
        ),
    ]
