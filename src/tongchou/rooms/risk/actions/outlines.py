"""The verb that keeps outlines of areas."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, verb
from tongchou.record.models import Area
from tongchou.record.territory.reach import reaches_path
from tongchou.rooms.risk.models import Shape


class ShapesIn(Payload):
    """features: of a GeoJSON collection. source: where they come from and under which licence."""

    features: list[dict[str, Any]] = Field(min_length=1, max_length=5000)
    source: str = Field(min_length=2, max_length=200)


@verb("risk.shapes", "territory.edit", Text("导入区域轮廓", "Import outlines of areas"))
def shapes(context: Context, given: ShapesIn) -> dict[str, Any]:
    """Keep the outlines of areas on record, known by code (code, adcode) or by name; features of other areas are left out."""
    areas = list(Area.objects.filter(valid_to=None))
    by_code, by_name = {a.code: a for a in areas}, {a.name: a for a in areas}
    known = 0
    for n, feature in enumerate(given.features):
        about, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        if not isinstance(about, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
            rule = Text("每个要素须有属性和面状图形。", "Every feature needs properties and a polygon.")
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请改用 GeoJSON 面文件。", "Use a GeoJSON of polygons."), field=f"features.{n}")
        code = str(about.get("code") or about.get("adcode") or "")
        area = by_code.get(code) or by_name.get(str(about.get("name") or ""))
        if area is None or not reaches_path(context.actor, "territory.edit", area.path):
            continue
        Shape.objects.update_or_create(area=area, defaults={"geometry": geometry, "source": given.source, "at": context.now})
        context.event("outline_kept", subject=f"area:{area.pk}", note=given.source)
        known += 1
    return {"features": len(given.features), "kept": known, "left_out": len(given.features) - known}
