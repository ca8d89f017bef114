"""The API root (/api/v1): operations are registered here, each with its permission from the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from tongchou.api.callers import caller
from tongchou.api.openapi import describe
from tongchou.api.problems import of_exception
from tongchou.api.table import OPERATIONS, OWN, PUBLIC
from tongchou.record.access import Actor

api = NinjaAPI(
    title="统筹接口 Tongchou API",
    version="1",
    description=(
        "写操作须带 Idempotency-Key；错误为 application/problem+json。"
        " — Interface of Tongchou. Writes carry an Idempotency-Key; errors are application/problem+json."
    ),
    docs_url=None,  # the stock page needs a CDN or an inline script: see docs/developer/api.md
    openapi_url=None,
    urls_namespace="api",
)

Operation = Callable[..., Any]


def operation(
    method: str, path: str, name: str, *, tag: str, response: Any = None, **more: Any
) -> Callable[[Operation], Operation]:
    """Register an operation `run(request, actor, ...)`. Its permission comes from the table and is checked before
    it runs.
    """
    permission = OPERATIONS[name]

    def register(run: Operation) -> Operation:
        import inspect

        signature = inspect.signature(run, eval_str=True)
        parameters = [p for p in signature.parameters.values() if p.name != "actor"]

        @wraps(run)
        def guarded(request: HttpRequest, **given: Any) -> Any:
            if permission == PUBLIC:
                return run(request, actor=None, **given)
            actor: Actor = caller(request)
            if permission != OWN:
                actor.require(permission)
            return run(request, actor=actor, **given)

        guarded.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined, unused-ignore]
        del guarded.__wrapped__  # type: ignore[attr-defined, unused-ignore]
        guarded.__annotations__ = {p.name: p.annotation for p in parameters}
        extra = {"response": response} if response is not None else {}
        api.api_operation([method], path, operation_id=name, url_name=name, tags=[tag], **extra, **more)(guarded)
        return run

    return register


for _kind in (Exception, HttpError, ValidationError):
    api.add_exception_handler(_kind, of_exception)  # type: ignore[arg-type]


@operation("GET", "/openapi.json", "openapi", tag="meta", include_in_schema=False)
def openapi(request: HttpRequest, actor: None) -> HttpResponse:
    """The description of this interface (OpenAPI 3.1)."""
    return JsonResponse(describe(api), json_dumps_params={"ensure_ascii": False})


for _module in ("loops", "reads", "people", "writes"):
    import_module(f"tongchou.api.{_module}")
