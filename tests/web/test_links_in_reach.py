"""A list tells of the whole district, but leads only where its reader may go."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in


@pytest.mark.parametrize("who", ["dept", "street", "hq", "leader", "community"])
def test_every_area_that_the_picture_and_the_map_lead_to_opens(cast: Cast, who: str) -> None:
    browser, led = signed_in(cast, who), 0
    for name, link in (("figures", r"/figures\?area=\d+"), ("risk", r"/risk/areas/\d+[^\"#]*")):
        page = browser.get(reverse(name)).content.decode()
        for url in set(re.findall(f'href="({link})"', page)):
            assert browser.get(url.replace("&amp;", "&")).status_code == 200, (who, url)
            led += 1
    assert led or who in ("dept", "community")


def test_the_map_of_a_street_leads_to_its_own_area_alone(cast: Cast) -> None:
    own, other = (reverse("risk_area", args=[cast.areas[a].pk]) for a in ("east", "west"))
    page = signed_in(cast, "street").get(reverse("risk")).content.decode()
    assert own in page
    assert other not in page
    assert cast.areas["west"].name in page
