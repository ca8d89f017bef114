"""Names, resident ID numbers and phones of invented people: well formed, and recognisable as nobody's.

ID numbers begin with 49, which GB/T 2260 gives to no province (and not with 9, which marks a permanent residence card). Phones
begin with 154, which no operator has been given. So neither can be a real person's, and both pass every check of form.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from tongchou.sim.district.families import Families, Ints
from tongchou.sim.district.shares import FIRST_FIVE_SURNAMES, RARE_SURNAMES, SURNAMES

Texts = NDArray[np.str_]
REGION = 499001
PHONE = 154
_PHONES = 100_000_000
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = np.array(list("10X98765432"))

# given names by year of birth: before 1960, 1960-79, 1980-99, from 2000; men and women
_GIVEN = (
    ("国建德明福贵荣华生祥春林树玉文清庆永长兴金世宝成", "英兰秀珍玉凤桂芳淑贞云香莲素梅琴霞菊华美金翠月花"),
    ("军勇建伟国强平志明斌华海波辉刚永峰林东文新民生俊", "红丽霞燕萍玲敏芳艳娟琴静华英梅云春雪秀慧晓莉娜琳"),
    ("伟磊鹏涛杰超凯浩亮飞宇翔博文斌龙晨阳帅毅俊健旭洋", "婷静娜雪丹倩莹颖佳琳璐晶敏洁思雨梦瑶慧媛蕾欣怡晓"),
    ("浩宇轩子梓睿泽辰奕博然俊熙铭瑞嘉阳晨皓煜恒逸航霖", "梓涵欣怡雨萱诗琪悦彤思语可妍若曦佳雅馨瑶婉宁依桐"),
)
_ONE_CHARACTER = (0.12, 0.30, 0.34, 0.08)


def names(rng: np.random.Generator, families: Families, born: Ints) -> Texts:
    """A name for each person. Children bear the surname of the parent that `families` says. born: year of birth."""
    people = len(born)
    pool = np.array([*SURNAMES, *RARE_SURNAMES])
    weights = np.concatenate([_surname_shares(), np.full(len(RARE_SURNAMES), 0.004 / len(RARE_SURNAMES))])
    surname = rng.choice(pool, people, p=weights / weights.sum())
    named = families.named_after
    surname = np.where(named >= 0, surname[named], surname)  # parents are never named after somebody themselves
    cohort = np.clip((born - 1940) // 20, 0, 3)
    given = np.empty(people, dtype="U2")
    for era, (men, women) in enumerate(_GIVEN):
        for male, letters in ((True, men), (False, women)):
            whom = np.flatnonzero((cohort == era) & (families.male == male))
            first, second = rng.choice(np.array(list(letters)), (2, len(whom)))
            alone = rng.random(len(whom)) < _ONE_CHARACTER[era]
            given[whom] = np.where(alone, first, np.char.add(first, second))
    return np.char.add(surname, given)


def _surname_shares() -> NDArray[np.float64]:
    """Zipf-like shares of which the first five make what the census of names says."""
    rank = np.arange(1, len(SURNAMES) + 1)
    shares = 1.0 / (rank + 2.2)
    shares[:5] *= FIRST_FIVE_SURNAMES / (1 - FIRST_FIVE_SURNAMES) * shares[5:].sum() / shares[:5].sum()
    return np.asarray(shares / shares.sum())


def birthdays(rng: np.random.Generator, age: Ints, as_of: date) -> NDArray[np.datetime64]:
    """A birthday for each age in whole years, none after `as_of`."""
    back = np.floor((age + rng.random(len(age))) * 365.2425).astype(np.int64)
    return np.datetime64(as_of, "D") - back.astype("timedelta64[D]")


def documents(born: NDArray[np.datetime64], male: NDArray[np.bool_]) -> Texts:
    """A resident ID number for each person, all different, with the right check digit (GB 11643-1999)."""
    days = born.astype("datetime64[D]").astype(np.int64)
    key = days * 2 + male
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    nth = np.empty(len(key), dtype=np.int64)
    nth[order] = np.arange(len(key)) - np.searchsorted(ordered, ordered, side="left")
    region = REGION + nth // 499
    serial = (nth % 499) * 2 + np.where(male, 1, 2)
    year = born.astype("datetime64[Y]").astype(np.int64) + 1970
    month = born.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = days - born.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + 1
    first = (region * 10**8 + year * 10**4 + month * 100 + day) * 1000 + serial
    digits = first[:, None] // 10 ** np.arange(16, -1, -1) % 10
    last = _CHECK[(digits * _WEIGHTS).sum(axis=1) % 11]
    return np.char.add(first.astype("U17"), last)


def phones(rng: np.random.Generator, people: int) -> Texts:
    """A mobile number for each person, all different."""
    if people > _PHONES:
        raise ValueError(f"there are {_PHONES} numbers, not {people}")
    start, step = int(rng.integers(_PHONES)), 61_803_399  # odd and no multiple of 5: every number comes once
    number = (start + np.arange(people) * step) % _PHONES
    return (PHONE * _PHONES + number).astype("U11")
