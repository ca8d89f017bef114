from django.db import migrations, models

COUNT = """
update resumption_application a set items_bad = b.n from (
  select i.application_id, count(distinct i.id)::int as n from resumption_item i
  join resumption_verdict v on v.item_id = i.id and v.current and not v.ok and v.revision = i.revision group by 1
) b where b.application_id = a.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("resumption", "0003_permit_adjust"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="items_bad",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="of those, found wanting by somebody; the rest nobody has judged yet"
            ),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
