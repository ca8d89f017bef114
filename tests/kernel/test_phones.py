import pytest

from tongchou.kernel.errors import Refusal
from tongchou.kernel.phones import PhoneKind, parse_phone


@pytest.mark.parametrize(
    ("written", "kind", "normal"),
    [
        ("13800001234", PhoneKind.MOBILE, "13800001234"),
        ("138 0000 1234", PhoneKind.MOBILE, "13800001234"),
        ("+86 138-0000-1234", PhoneKind.MOBILE, "13800001234"),
        ("0086 13800001234", PhoneKind.MOBILE, "13800001234"),
        ("8613800001234", PhoneKind.MOBILE, "13800001234"),
        ("１３８００００１２３４", PhoneKind.MOBILE, "13800001234"),
        ("0756-2123456", PhoneKind.LANDLINE, "0756-2123456"),
        ("(010) 6212 3456", PhoneKind.LANDLINE, "010-62123456"),
        ("020-87654321-801", PhoneKind.LANDLINE, "020-87654321-801"),
        ("020-87654321转801", PhoneKind.LANDLINE, "020-87654321-801"),
        ("+86 756 2123456", PhoneKind.LANDLINE, "0756-2123456"),
        ("400-800-1234", PhoneKind.SERVICE, "4008001234"),
        ("+852 9123 4567", PhoneKind.FOREIGN, "+85291234567"),
        ("00853 66123456", PhoneKind.FOREIGN, "+85366123456"),
    ],
)
def test_written_forms(written: str, kind: PhoneKind, normal: str) -> None:
    phone = parse_phone(written)
    assert (phone.kind, phone.normal) == (kind, normal)


@pytest.mark.parametrize(
    "written", ["", "1380000123", "138000012345", "12800001234", "2123456", "phone", "+1", "٠٧٥٦2123456"]
)
def test_refused_with_a_remedy_and_masked(written: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_phone(written, "联系电话")
    assert caught.value.field == "联系电话"
    assert caught.value.remedy is not None
    if len(written) > 6:
        assert caught.value.value != written
