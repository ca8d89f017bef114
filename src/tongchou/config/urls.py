"""The URL root: the API below /api/v1/, and the pages of the registry. Nothing else has an address."""

from django.urls import URLPattern, URLResolver, path

from tongchou.api.root import api
from tongchou.web import permission

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", api.urls), *permission.urlpatterns()]

handler400 = "tongchou.web.failures.bad_request"
handler403 = "tongchou.web.failures.forbidden"
handler404 = "tongchou.web.failures.not_found"
handler500 = "tongchou.web.failures.server_error"
