"""The service worker of forms that are kept on the device. Each page that registers it says for which addresses; it keeps nothing else."""

from __future__ import annotations

from importlib.resources import files

from django.http import HttpRequest, HttpResponse

from tongchou.web.permission import OWN, page


@page("kept_worker", "kept-worker.js", OWN, methods=("GET",))
def kept_worker(request: HttpRequest) -> HttpResponse:
    """At the top of the site: a worker reaches only what lies below its own address."""
    text = files("tongchou.web").joinpath("static/kept-worker.js").read_text("utf-8")
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
