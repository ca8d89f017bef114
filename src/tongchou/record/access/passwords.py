"""Passwords: two profiles as data, the checks that Django runs (`validators(profile)` in AUTH_PASSWORD_VALIDATORS), and first passwords.

asvs      OWASP ASVS 5.0, V6.2: length and a list of common passwords; no rules of composition, no rotation. ASVS asks for at least 8
          characters and recommends 15; at least 64 must be possible.
dengbao3  等保三级 (GB/T 22239-2019, 8.1.4.1 身份鉴别): complex and changed regularly. The figures (8, three of four kinds, 90 days, last 5)
          are those that assessors commonly ask for; the standard itself names none.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.core.exceptions import ValidationError
from django.utils import translation

from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Profile:
    """kinds: how many of capitals, small letters, digits and signs are needed. days: None for no rotation. history: how many former
    passwords may not be used again (the present one included)."""

    key: str
    title: Text
    least: int
    most: int = 128
    kinds: int = 0
    days: int | None = None
    history: int = 0


PROFILES: dict[str, Profile] = {
    "asvs": Profile("asvs", Text("OWASP ASVS 5", "OWASP ASVS 5"), least=12),
    "dengbao3": Profile("dengbao3", Text("等保三级", "MLPS level 3"), least=8, kinds=3, days=90, history=5),
}
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_SIGNS = "-+=@#%"


def profile() -> Profile:
    """The profile of this installation (TONGCHOU_PASSWORD_PROFILE)."""
    return PROFILES[settings.PASSWORD_PROFILE]


def validators(key: str) -> list[dict[str, Any]]:
    """The value of AUTH_PASSWORD_VALIDATORS for a profile; an unknown one stops the start."""
    if key not in PROFILES:
        raise ValueError(f"TONGCHOU_PASSWORD_PROFILE is {key!r}; one of {sorted(PROFILES)} is needed")
    here, django = __name__, "django.contrib.auth.password_validation"
    names, asked = ("username", "display_name"), PROFILES[key]
    own = ["Length", *(["Kinds"] if asked.kinds else []), *(["NotReused"] if asked.history else [])]
    return [
        *({"NAME": f"{here}.{rule}", "OPTIONS": {"profile": key}} for rule in own),
        {"NAME": f"{django}.CommonPasswordValidator"},
        {"NAME": f"{django}.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": names}},
    ]


class _Rule:
    def __init__(self, profile: str) -> None:
        self.profile = PROFILES[profile]

    @property
    def text(self) -> Text:
        raise NotImplementedError

    def get_help_text(self) -> str:
        return self.text.in_(translation.get_language() or "zh-hans")

    def refuse(self, code: str) -> ValidationError:
        return ValidationError(self.get_help_text(), code=code)


class Length(_Rule):
    """Characters are counted, not bytes; a long password is never cut."""

    @property
    def text(self) -> Text:
        both = Text("密码应为 {least} 至 {most} 个字符。", "A password has {least} to {most} {most|character|characters}.")
        return both.with_(least=self.profile.least, most=self.profile.most)

    def validate(self, password: str, user: Any = None) -> None:
        if not self.profile.least <= len(password) <= self.profile.most:
            raise self.refuse("length")


class Kinds(_Rule):
    """So many of capitals, small letters, digits and everything else."""

    @property
    def text(self) -> Text:
        both = Text(
            "密码须含大写字母、小写字母、数字、符号中的 {n} 类。", "Use {n} of: capital letters, small letters, digits, signs."
        )
        return both.with_(n=self.profile.kinds)

    def validate(self, password: str, user: Any = None) -> None:
        if len({_kind(c) for c in password}) < self.profile.kinds:
            raise self.refuse("kinds")


class NotReused(_Rule):
    """Not one of the last passwords of the account: the present one and those in `password_history`."""

    @property
    def text(self) -> Text:
        both = Text("不得与最近 {n} 次用过的密码相同。", "It may not be one of the last {n} {n|password|passwords}.")
        return both.with_(n=self.profile.history)

    def validate(self, password: str, user: Any = None) -> None:
        if reused(password, past_hashes(user)[: self.profile.history]):
            raise self.refuse("reused")


def _kind(char: str) -> str:
    if char.isascii() and char.isalpha():
        return "capital" if char.isupper() else "small"
    return "digit" if char.isascii() and char.isdigit() else "sign"


def past_hashes(account: Any) -> list[str]:
    """Hashes of the account's passwords, the present one first."""
    if account is None:
        return []
    present = [account.password] if getattr(account, "password", "") else []
    return present + list(getattr(account, "password_history", None) or [])


def history_with(account: Any) -> list[str]:
    """What `password_history` becomes when the account's present password is replaced; empty where the profile keeps none."""
    kept = profile().history - 1
    return past_hashes(account)[: max(0, kept)]


def reused(password: str, hashes: Sequence[str]) -> bool:
    return any(check_password(password, old) for old in hashes)


def expired(changed_at: datetime | None, now: datetime, which: Profile | None = None) -> bool:
    """Whether the password must be changed because of its age; unknown age counts as too old where there is a limit."""
    limit = (which or profile()).days
    return limit is not None and (changed_at is None or now - changed_at >= timedelta(days=limit))


def asked_of(which: Profile | None = None) -> Text:
    """What a new password must be, for the form that asks for one."""
    of = which or profile()
    parts = [Text("至少 {n} 位", "At least {n} {n|character|characters}").with_(n=of.least)]
    if of.kinds:
        parts.append(Text("含大写、小写、数字、符号中的 {n} 类", "{n} of: capitals, small letters, digits, signs").with_(n=of.kinds))
    else:
        parts.append(Text("长一些的短语比复杂的短密码更安全", "a long phrase is safer than a short, complex one"))
    if of.history:
        parts.append(Text("不同于最近 {n} 次的密码", "none of the last {n}").with_(n=of.history))
    if of.days:
        parts.append(Text("{n} 天内须更换", "it lasts {n} {n|day|days}").with_(n=of.days))
    return Text("，".join(p.zh for p in parts) + "。", "; ".join(p.en for p in parts) + ".")


class _ForRandom(Argon2PasswordHasher):
    """For first passwords alone: sixteen random characters cannot be guessed, so that a costly hash protects nothing more. The first
    sign-in replaces it at full cost."""

    time_cost = 1
    memory_cost = 1024
    parallelism = 1


def first_hash(password: str) -> str:
    """The hash of a first password, quickly made, as sheets of thousands need it."""
    hasher = _ForRandom()
    return str(hasher.encode(password, hasher.salt()))


def first_password(length: int = 16) -> str:
    """A random password that fits both profiles, without characters that look alike; to be changed at the first sign-in.

    It begins with a letter: a spreadsheet takes what begins with a sign for a formula, and its export would put a mark before it.
    """
    sets = (_CAPITALS, _DIGITS, _SIGNS)
    chars = [secrets.choice(one) for one in sets]
    chars += [secrets.choice(_LETTERS + _CAPITALS + _DIGITS) for _ in range(length - len(sets) - 1)]
    secrets.SystemRandom().shuffle(chars)
    return secrets.choice(_LETTERS) + "".join(chars)
