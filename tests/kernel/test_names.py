import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongchou.kernel.errors import Refusal
from tongchou.kernel.names import pinyin_of, place_pinyin, query_keys, search_keys, tail_keys


def found(query: str, name: str) -> bool:
    return set(query_keys(query)) <= search_keys(name)


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单雄信", "shan xiongxin"),
        ("曾国藩", "zeng guofan"),
        ("解缙", "xie jin"),
        ("仇英", "qiu ying"),
        ("区适", "ou shi"),
        ("尉迟恭", "yuchi gong"),
        ("万俟卨", "moqi xie"),
        ("朴正", "piao zheng"),
        ("盖聂", "ge nie"),
        ("查良", "zha liang"),
        ("冼星海", "xian xinghai"),
        ("翟明", "zhai ming"),
        ("吕布", "lv bu"),
        ("欧阳修", "ouyang xiu"),
    ],
)
def test_surnames_are_read_as_surnames(name: str, pinyin: str) -> None:
    assert pinyin_of(name) == pinyin
    assert found(pinyin, name)


@pytest.mark.parametrize(
    ("place", "pinyin"),
    [
        ("重庆市", "chong qing shi"),
        ("长寿区", "chang shou qu"),
        ("番禺区", "pan yu qu"),
        ("六安市", "lu an shi"),
        ("单县", "shan xian"),
        ("珠海市六合镇", "zhu hai shi lu he zhen"),
    ],
)
def test_places(place: str, pinyin: str) -> None:
    assert place_pinyin(place) == pinyin


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("单雄", "单雄信"),
        ("雄信", "单雄信"),
        ("单雄信", "单雄信"),
        ("单 雄信", "单雄信"),
        ("shanxiongxin", "单雄信"),
        ("Dan Xiongxin", "单雄信"),
        ("sxx", "单雄信"),
        ("dxx", "单雄信"),
        ("shanxx", "单雄信"),
        ("lvbu", "吕布"),
        ("lubu", "吕布"),
        ("lyubu", "吕布"),
        ("LÜBU", "吕布"),
        ("xi'an", "西安"),
        ("艾力", "买买提·艾力"),
        ("买买提艾力", "买买提•艾力"),
        ("mmtal", "买买提·艾力"),
        ("john smith", "SMITH, John"),
        ("smith", "John Smith"),
        ("js", "John Smith"),
        ("Muller", "Anna Müller"),
        ("memet eli", "Memet Eli"),
        ("欧阳", "欧阳修文"),
        ("oyxw", "欧阳修文"),
        ("ouyangxw", "欧阳修文"),
    ],
)
def test_found(query: str, name: str) -> None:
    assert found(query, name)


@pytest.mark.parametrize(
    ("query", "name"), [("张三", "张伟"), ("zhangwei", "张三"), ("信雄", "单雄信"), ("zs", "李四")]
)
def test_not_found(query: str, name: str) -> None:
    assert not found(query, name)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=6))
def test_every_part_of_a_han_name_finds_it(name: str) -> None:
    for start in range(len(name) - 1):
        for end in range(start + 2, len(name) + 1):
            assert found(name[start:end], name)


@given(st.text(max_size=20))
def test_any_text_as_a_name_or_query_is_answered_or_refused(text: str) -> None:
    assert isinstance(search_keys(text), set)
    try:
        assert query_keys(text)
    except Refusal as refused:
        remedy = refused.remedy
    else:
        return
    assert remedy is not None


def test_long_names_do_not_explode() -> None:
    assert len(search_keys("单曾解仇区朴盖查")) < 400


def test_tails() -> None:
    keys = tail_keys("13800001234", "11010519491231002X")
    assert keys == {"t:1234", "t:001234", "t:002X", "t:31002X"}
    assert query_keys("1234") == ["t:1234"]
    assert query_keys("31002x") == ["t:31002X"]
    assert tail_keys(None, "") == set()


@pytest.mark.parametrize("query", ["", " ", "张", "z", "123", "12345", "13800001234", "张3", "张zhang", "张?", "%%"])
def test_queries_refused(query: str) -> None:
    with pytest.raises(Refusal) as caught:
        query_keys(query)
    assert caught.value.remedy is not None
    assert "13800001234" not in caught.value.sentence()
