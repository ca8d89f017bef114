import pytest

from tongchou.kernel.masking import mask_address, mask_document, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("欧阳修文", "欧阳**"),
        ("欧阳", "欧*"),
        ("张", "*"),
        ("", ""),
        ("John Smith", "J*** S****"),
        ("买买提·艾力", "买**·**"),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("110105194912310021", "110***********0021"),
        ("110105491231002", "110********1002"),
        ("E12345678", "E*****678"),
        ("12345", "*****"),
    ],
)
def test_documents(number: str, masked: str) -> None:
    assert mask_document(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"), [("13800001234", "138****1234"), ("0756-2123456", "075*****3456"), ("110", "***")]
)
def test_phones(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("江苏省镇江市京口区大市口街道中山东路1号", "江苏省镇江市京口区大市口街道****"),
        ("广东省佛山市顺德区伦教街道常教社区3号", "广东省佛山市顺德区伦教街道****"),
        ("珠海市香洲区吉大路1号", "珠海市香洲区****"),
        ("珠海市翠香街道康宁小区3栋", "珠海市翠香街道****"),
        ("香洲区吉大街道幸福超市旁3号", "香洲区吉大街道****"),
        ("江西省景德镇市浮梁县浮梁镇某村", "江西省景德镇市浮梁县浮梁镇****"),
        ("北京市海淀区中关村街道1号", "北京市海淀区中关村街道****"),
        ("幸福里3栋502", "****"),
        ("", ""),
    ],
)
def test_addresses(address: str, masked: str) -> None:
    assert mask_address(address) == masked
