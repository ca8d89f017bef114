"""The shipped third-party files are the listed ones, and no file of ours needs a looser content security policy."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tongchou.web import assets

CSS = (assets.STATIC / "tongchou.css").read_text(encoding="utf-8")
READ_ON = {  # colour of the text: what it is read on
    "text": "bg surface raised accent-soft neutral-soft warn-soft act-soft ok-soft",
    "muted": "bg surface raised neutral-soft",
    "accent": "bg surface accent-soft",
    "on-accent": "accent-fill",
    "on-top": "top",
    "act": "surface act-soft accent-soft",
    "warn": "surface warn-soft",
    "ok": "ok-soft",
    "info": "info-soft",
}
PAIRS = [(text, ground) for text, grounds in READ_ON.items() for ground in grounds.split()]


def test_vendored_files_are_the_listed_ones() -> None:
    assert assets.verify() == []


def test_a_changed_a_missing_and_an_unlisted_file_are_named(tmp_path: Path) -> None:
    copy = tmp_path / "vendor"
    shutil.copytree(assets.VENDOR, copy)
    with (copy / "htmx" / "htmx.min.js").open("a") as out:
        out.write("//")
    (copy / "leaflet" / "leaflet.css").unlink()
    (copy / "leaflet" / "extra.js").write_text("1")
    named = [line.split(":")[0] for line in assets.verify(copy)]
    assert named == ["htmx/htmx.min.js", "leaflet/extra.js", "leaflet/leaflet.css"]


def test_every_package_has_its_version_and_licence() -> None:
    for package in json.loads((assets.VENDOR / "CHECKSUMS.json").read_text(encoding="utf-8"))["packages"]:
        assert package["version"]
        assert package["licence"]
        assert any(Path(f["path"]).name == "LICENSE" for f in package["files"]), package["name"]


def test_no_reference_to_a_file_that_is_not_shipped() -> None:
    """Collecting static files fails on a source map or a picture that is not there."""
    for path in assets.STATIC.rglob("*"):
        if path.suffix not in (".css", ".js"):
            continue
        words = path.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in words, path
        for address in re.findall(r"url\(\s*['\"]?([^'\")]+)", words) if path.suffix == ".css" else []:
            inside = address.startswith(("data:", "#", "%23"))
            assert inside or (path.parent / address.split("#")[0]).is_file(), (path, address)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_colours_have_enough_contrast(theme: str) -> None:
    block = re.search(rf'\[data-bs-theme="{theme}"\]\s*\{{(.*?)\}}', CSS, re.DOTALL)
    assert block
    colours = dict(re.findall(r"--tc-([a-z-]+):\s*(#[0-9a-f]{6});", block.group(1)))
    found = {f"{a} on {b}": round(_contrast(colours[a], colours[b]), 2) for a, b in PAIRS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


def _contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two #rrggbb colours."""
    light = sorted((_luminance(one), _luminance(other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_own_script_needs_no_eval_and_no_outside_address() -> None:
    script = (assets.STATIC / "tongchou.js").read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function|\.innerHTML|https?://", script)
    assert not re.search(r"@import|https?://", CSS)
