"""Whether two customers are one person: joined, asked of a human, or left alone; always with the reasons. Pure.

Joined only by a handle that both have proven, never against their names, and for a telephone number only when the
names agree: families share numbers, and numbers are given to somebody else. All else is at most a question. The box
of a post (info@) tells nothing, and a name alone neither.
"""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from customers.rules.identity import NUMBERS, Handle, is_shared
from customers.rules.names import Likeness, compare, has_same_given, is_named_in, key_of, near
from helpdesk.core.text import normalise

MESSENGERS = frozenset({"telegram", "instagram", "messenger", "line"})
ASK_FROM = 50
# Names of accounts that many people chose say nothing.
SHORTEST_ACCOUNT, OWN_DIGITS = 5, 3
# Boxes that a whole household reads: they may sign in by them, but are not one person for that.
_HOME = re.compile(r"(family|familie|famille|familia|famiglia|household|khanevadeh?)[0-9._-]*@")
HEAD, LONG_LOCAL = 6, 9
# A key that more people share tells nothing, and would cost the square of them.
MOST_WITH_A_KEY = 60


class Verdict(StrEnum):
    """What is to be done with two customers."""

    JOIN = "join"
    SUGGEST = "suggest"
    NOTHING = "nothing"


class Why(StrEnum):
    """Why two may be one; the words for it stand in the templates."""

    PROVEN = "proven"
    NUMBER = "number"
    ADDRESS = "address"
    SIMILAR_ADDRESS = "similar_address"
    ACCOUNT = "account"
    DEVICE = "device"
    FORWARDED = "forwarded"
    COMPANY = "company"
    NAME = "name"


@dataclass(frozen=True)
class Evidence:
    """What is known of one customer. `proven` are those of `handles` that somebody has proven; `companies` only what
    they said or what was set explicitly; `forwarded` are addresses whose mails came on by them, or theirs by others."""

    name: str = ""
    handles: frozenset[Handle] = frozenset()
    proven: frozenset[Handle] = frozenset()
    companies: frozenset[str] = frozenset()
    forwarded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    """What is to be done, why, and how sure it is (0 to 100)."""

    verdict: Verdict = Verdict.NOTHING
    score: int = 0
    reasons: tuple[tuple[Why, str], ...] = field(default=())


def decide(one: Evidence, other: Evidence, *, crowded: Set[str] = frozenset()) -> Decision:
    """What is to be done with these two. `crowded`: numbers and devices that people of several names have."""
    likeness = _likeness(one, other)
    if likeness is Likeness.DIFFERENT:
        return Decision()
    proven = sorted(_personal(one.proven) & _personal(other.proven), key=lambda handle: (handle.kind, handle.value))
    # Mary and Marie are sisters more often than one; a slip in the family name makes nobody's sister.
    is_alike = likeness is Likeness.SAME or (
        likeness is Likeness.SPELLED
        and (one.name.isascii() != other.name.isascii() or has_same_given(one.name, other.name))
    )
    is_alike = is_alike and not _apart(one, other)
    sure = [handle for handle in proven if _is_sure(handle, is_alike, crowded)]
    if sure:
        return Decision(Verdict.JOIN, 100, tuple((Why.PROVEN, handle.value) for handle in sure))
    found = {**_by_handles(one, other, likeness, crowded), **_by_words(one, other, likeness)}
    score = min(99, max((points for points, _value in found.values()), default=0) + 5 * max(0, len(found) - 1))
    if score < ASK_FROM:
        return Decision()
    reasons = [(why, value) for why, (_points, value) in found.items()]
    if compare(one.name, other.name).agrees:
        reasons.append((Why.NAME, one.name))
    return Decision(Verdict.SUGGEST, score, tuple(reasons))


def _likeness(one: Evidence, other: Evidence) -> Likeness:
    """How the names stand; who has none may be named by an address or an account of theirs."""
    told = compare(one.name, other.name)
    if told is Likeness.UNKNOWN and (_hinted(one.name, other) or _hinted(other.name, one)):
        return Likeness.PART
    return told


def _hinted(name: str, nameless: Evidence) -> bool:
    return not nameless.name and any(is_named_in(name, account) for account in _accounts(nameless) | _mails(nameless))


def _personal(handles: Set[Handle]) -> set[Handle]:
    return {handle for handle in handles if not is_shared(handle) and not _HOME.match(handle.value)}


def _apart(one: Evidence, other: Evidence) -> bool:
    """Whether each has addresses of their own: a number may be a namesake's by now."""
    mine, theirs = _mails(one), _mails(other)
    return bool(mine and theirs) and not mine & theirs


def _is_sure(handle: Handle, is_alike: bool, crowded: Set[str]) -> bool:
    if handle.kind in NUMBERS:
        return is_alike
    return handle.kind != "visitor" and handle.value not in crowded


def _by_handles(one: Evidence, other: Evidence, likeness: Likeness, crowded: Set[str]) -> dict[Why, tuple[int, str]]:
    found: dict[Why, tuple[int, str]] = {}
    for value in sorted(_values(one, NUMBERS) & _values(other, NUMBERS)):
        if value not in crowded or likeness.is_whole:
            found[Why.NUMBER] = (_points(likeness, 85, 60 if likeness.agrees else 45), value)
    for value in sorted(_mails(one) & _mails(other)):
        if value not in crowded or likeness.is_whole:
            found[Why.ADDRESS] = (_points(likeness, 90, 70), value)
    for value in sorted(_accounts(one) & _accounts(other)):
        # Sara Ahmadis call themselves @sara_ahmadi; a number in it is of one's own.
        found[Why.ACCOUNT] = (_points(likeness, 80, 65) if _digits(value) else _points(likeness, 45, 30), value)
    devices = {"visitor", "external_id"}
    for value in sorted(_values(one, devices) & _values(other, devices)):
        if value not in crowded or likeness.is_whole:
            found[Why.DEVICE] = (_points(likeness, 75, 60 if likeness.agrees else 45), "")
    return found


def _points(likeness: Likeness, agreed: int, unknown: int) -> int:
    return agreed if likeness.is_whole else unknown


def _by_words(one: Evidence, other: Evidence, likeness: Likeness) -> dict[Why, tuple[int, str]]:
    found: dict[Why, tuple[int, str]] = {}
    for address in sorted((one.forwarded & _mails(other)) | (other.forwarded & _mails(one))):
        found[Why.FORWARDED] = (_points(likeness, 75, 60), address)
    for mine in sorted(_mails(one)):
        if any(is_typo(mine, yours) and (likeness.is_whole or _is_own(mine)) for yours in _mails(other)):
            found[Why.SIMILAR_ADDRESS] = (_points(likeness, 75, 60), mine)
    if not likeness.agrees:
        return found
    firms, theirs = {normalise(firm): firm for firm in one.companies}, {normalise(firm) for firm in other.companies}
    for firm in sorted(firms.keys() & theirs - {""}):
        found[Why.COMPANY] = (_points(likeness, 65, 55), firms[firm])
    return found


def _values(one: Evidence, kinds: Set[str]) -> set[str]:
    return {handle.value for handle in one.handles if handle.kind in kinds}


def _mails(one: Evidence) -> set[str]:
    return {handle.value for handle in _personal(one.handles) if handle.kind == "email"}


def _accounts(one: Evidence) -> set[str]:
    """Names by which they call themselves, whatever stands before and behind: @sara.ahmadi and sara.ahmadi@…"""
    named = {handle.value for handle in one.handles if handle.kind in MESSENGERS and handle.value.startswith("@")}
    local = {address.rpartition("@")[0] for address in _mails(one)}
    telling = named | {name for name in local if len(_digits(name)) >= OWN_DIGITS}
    squeezed = {"".join(sign for sign in name if sign.isalnum()) for name in telling}
    return {name for name in squeezed if len(name) >= SHORTEST_ACCOUNT}


def _is_own(address: str) -> bool:
    """Whether hardly anybody else has nearly the same address."""
    return len(address.rpartition("@")[0]) >= LONG_LOCAL


def is_typo(one: str, other: str) -> bool:
    """Whether one address may be the other with a slip of the fingers; numbers in them are never slips."""
    if one == other or _digits(one) != _digits(other):
        return False
    (local, _at, host), (other_local, _other_at, other_host) = one.rpartition("@"), other.rpartition("@")
    if local == other_local:
        return near(host, other_host, 2)
    return host == other_host and len(local) >= SHORTEST_ACCOUNT and near(local, other_local, 1)


def has_crowd(names: Iterable[str]) -> bool:
    """Whether people of several names share what these have in common: a family's number, or a recycled one."""
    known = [name for name in dict.fromkeys(names) if name]
    return any(compare(one, other) is Likeness.DIFFERENT for one, other in combinations(known, 2))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def crowds(names: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Of keys and the names of all who have them: the numbers, devices and addresses that people of several names
    share, as decide() wants them."""
    return frozenset(key[2:] for key, whose in names.items() if key[:2] in ("n:", "d:", "m:") and has_crowd(whose))


def keys(one: Evidence) -> frozenset[str]:
    """Two customers of whom decide() says more than nothing share at least one of these (bar a slip that lies in the
    middle of an address). Each is short enough for an index."""
    name, found = key_of(one.name), {f"n:{value}" for value in _values(one, NUMBERS)}
    found |= {f"d:{value}" for value in _values(one, {"visitor", "external_id"})}
    found |= {f"m:{address}" for address in _mails(one) | one.forwarded}
    found |= {f"a:{account}" for account in _accounts(one)}
    locals_of = {address.rpartition("@")[0] for address in _mails(one)}
    for local in locals_of:
        if len(local) >= LONG_LOCAL:
            half = len(local) // 2
            found |= {f"l:{local}", f"p:{local[: half + 1]}", f"s:{local[-half:]}"}
    found |= {f"c:{normalise(firm)}" for firm in one.companies if normalise(firm)}
    if name:
        found |= {f"c:{normalise(firm)}:{name}" for firm in one.companies if normalise(firm)}
        for local in locals_of:
            found |= {f"p:{local[:HEAD]}:{name}", f"s:{local[-HEAD:]}:{name}"}
    return frozenset(key[:200] for key in found)
