"""What the plans say to do about a cluster, as proposals that people decide on. Each says where it comes from and whether that is confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

from tongchou.kernel.errors import Refusal
from tongchou.kernel.text import Text
from tongchou.packs.plans.packfile import shipped_pack
from tongchou.record.plans import parameter_in_force
from tongchou.rooms.schools.rules import Disease, school_rules

_STOMACH = "norovirus"


def basis(said: Text, source: Text, *, unconfirmed: bool) -> dict[str, Any]:
    """What a proposal rests on, as it is stored."""
    return {**said.as_dict(), "source": source.as_dict(), "unconfirmed": unconfirmed}


def proposals(disease: Disease, rule: str, worst: int | None, on: date) -> list[tuple[str, int | None, dict[str, Any]]]:
    """(kind, class or None, basis) of each proposal."""
    out: list[tuple[str, int | None, dict[str, Any]]] = []
    if disease.key == _STOMACH:
        out += _stomach(on)
    days = school_rules()["suspend_days"]
    class_rule = any(w.by == "class" for w in disease.windows) and "class" in rule
    if worst is not None and class_rule:
        said = Text(
            "该班达到班级标准，建议停课 {n} 天", "The class reaches the mark of a class: suspend it for {n} {n|day|days}"
        ).with_(n=days.value)
        out.append(("suspend_class", worst, basis(said, days.source, unconfirmed=days.status != "confirmed")))
    own = Text("本系统的建议，未见上级规定", "A proposal of this system; no rule was seen")
    out.append(
        (
            "tell_parents",
            None,
            basis(
                Text(
                    "告知家长症状、居家休息和就诊要求",
                    "Tell parents of the signs, of rest at home and of seeing a doctor",
                ),
                own,
                unconfirmed=True,
            ),
        )
    )
    return out


def _stomach(on: date) -> list[tuple[str, int | None, dict[str, Any]]]:
    """Rest and disinfection after the norovirus pack."""
    hours, _ = _value("return_hours", on)
    surfaces, _ = _value("chlorine_surfaces", on)
    low, high = _value("chlorine_vomit_low", on)[0], _value("chlorine_vomit_high", on)[0]
    source = shipped_pack("norovirus-school").documents["norovirus_guide"].title
    found: list[tuple[str, int | None, dict[str, Any]]] = []
    if hours is not None:
        said = Text("症状消失满 {n} 小时后返校", "Back to school {n} {n|hour|hours} after the last symptoms").with_(n=hours)
        found.append(("home_rest", None, basis(said, source, unconfirmed=_value("return_hours", on)[1])))
    if surfaces is not None and low is not None and high is not None:
        said = Text(
            "物体表面 {a} 毫克/升、呕吐物 {b} 至 {c} 毫克/升含氯消毒",
            "Chlorine: surfaces {a} mg/L, vomit {b} to {c} mg/L",
        ).with_(a=surfaces, b=low, c=high)
        found.append(("disinfect", None, basis(said, source, unconfirmed=_value("chlorine_surfaces", on)[1])))
    return found


def _value(name: str, on: date) -> tuple[Any, bool]:
    """A parameter's value in force and whether it is unconfirmed; (None, True) before the first."""
    try:
        entry = parameter_in_force("norovirus-school", name, on)
    except Refusal:
        return None, True
    return (None, True) if entry is None else (entry.value, entry.status != "confirmed")
