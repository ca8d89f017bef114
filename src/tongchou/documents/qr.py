"""Codes to scan, for pages and printed sheets."""

from __future__ import annotations

import io

import segno


def qr(address: str) -> str:
    """The QR code of an address as SVG without a size of its own: it fills what it is put into. Error correction M survives a creased sheet."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, dark="#000")
    return out.getvalue().decode()
