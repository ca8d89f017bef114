"""Outlines of areas are kept in one place, the district's boundaries.geojson: what stands in the table of this room moves there, and the table goes."""

import json
import os
from pathlib import Path

from django.conf import settings
from django.db import migrations
from django.utils import timezone


def move(apps, schema_editor):
    """Add the outlines that the file does not have. A file that cannot be read stops the migration: the table would go with its outlines unsaved."""
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
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RuntimeError(f"{path} cannot be read as outlines of areas ({error}); mend it or move it away, then migrate again") from error
    else:
        held = set()
    given["features"] += [
        {"type": "Feature", "properties": {"code": code, "source": source}, "geometry": geometry} for code, geometry, source in known if code not in held
    ]
    part = path.with_suffix(".new")
    part.write_text(json.dumps(given, ensure_ascii=False), "utf-8")
    os.replace(part, path)


def back(apps, schema_editor):
    """Fill the table from the file. The file stays: taking an outline out of it is nobody's wish."""
    path = Path(settings.BOUNDARIES)
    if not path.exists():
        return
    outlines = {f["properties"]["code"]: f for f in json.loads(path.read_text("utf-8-sig"))["features"]}
    areas = apps.get_model("record", "Area").objects.filter(code__in=outlines, valid_to=None)
    shape, now = apps.get_model("risk", "Shape"), timezone.now()
    shape.objects.bulk_create(
        shape(area=a, geometry=outlines[a.code]["geometry"], source=str(outlines[a.code]["properties"].get("source", ""))[:200], at=now) for a in areas
    )


class Migration(migrations.Migration):
    dependencies = [("risk", "0002_proposal_loop")]

    operations = [migrations.RunPython(move, back), migrations.DeleteModel(name="Shape")]
