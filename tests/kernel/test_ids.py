import uuid

import pytest

from tongchou.kernel.errors import Refusal
from tongchou.kernel.ids import new_id, parse_id


def test_new_ids_are_version_7_and_in_order() -> None:
    made = [new_id() for _ in range(1000)]
    assert all(type(one) is uuid.UUID and one.version == 7 for one in made)
    assert len(set(made)) == 1000
    assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)


def test_parse() -> None:
    one = new_id()
    assert parse_id(one, "loop") is one
    assert parse_id(f" {str(one).upper()} ", "loop") == one


@pytest.mark.parametrize(
    "text", ["", "1", "z" * 36, None, 7, "{01234567-89ab-7def-8123-456789abcdef}", "0123456789ab7def8123456789abcdef"]
)
def test_refused(text: object) -> None:
    with pytest.raises(Refusal) as caught:
        parse_id(text, "loop")
    assert caught.value.field == "loop"
