"""Outlines of areas are kept in one place, the district's boundaries.geojson: what stands in the table of this room moves there, and the table goes."""

import json
import os
from pathlib import Path

from django.conf import settings
from django.db import migrations


def move(apps, schema_editor):
    """Add the outlines that the file does not have. A file that cannot be read is left alone: `tongchou doctor` says what is wrong with it."""
    rows = apps.get_model("risk", "Shape").objects.select_related("area").order_by("area__code")
    known = [(r.area.code, r.geometry, r.source) for r in rows if r.area.code]
    path = Path(settings.BOUNDARIES)
    if not known:
        return
    given = {"type": "FeatureCollection", "features": []}
    if path.exists():
        try:
            given = json.loads(path.read_text("utf-8-sig"))
            held = {f["properties"]["code"] for f in given["features"]}
        except (ValueError, KeyError, TypeError):
            return
    else:
        held = set()
    given["features"] += [
        {"type": "Feature", "properties": {"code": code, "source": source}, "geometry": geometry} for code, geometry, source in known if code not in held
    ]
    part = path.with_suffix(".new")
    part.write_text(json.dumps(given, ensure_ascii=False), "utf-8")
    os.replace(part, path)


class Migration(migrations.Migration):
    dependencies = [("risk", "0002_proposal_loop")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop), migrations.DeleteModel(name="Shape")]
