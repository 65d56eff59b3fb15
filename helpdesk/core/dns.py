"""What the DNS says about a mail domain. Short waits; no answer is an empty answer, told apart by `known`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import dns.exception
import dns.rdatatype
import dns.resolver

# One question may take this long; a page asks its questions at once.
SECONDS = 2.5
ABSENT = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


@dataclass(frozen=True)
class Answer:
    """The records of one name and type; `known` is False when the DNS did not answer."""

    records: tuple[str, ...]
    known: bool = True


def ask(name: str, kind: str) -> Answer:
    """The records as text (TXT joined as it is meant). Never raises."""
    try:
        resolver = dns.resolver.Resolver()
        resolver.lifetime = resolver.timeout = SECONDS
        found = resolver.resolve(name, kind, search=False)
    except ABSENT:
        return Answer(())
    except (dns.exception.DNSException, OSError, ValueError):
        return Answer((), known=False)
    return Answer(tuple(_text(record) for record in found)[:50])


def ask_all(questions: list[tuple[str, str]]) -> list[Answer]:
    """Several questions at once, so that together they take no longer than the slowest."""
    if not questions:
        return []
    with ThreadPoolExecutor(max_workers=min(len(questions), 8)) as pool:
        return list(pool.map(lambda question: ask(*question), questions))


def _text(record: object) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")[:4000]
    exchange = getattr(record, "exchange", None) or getattr(record, "target", None)
    return str(exchange if exchange is not None else record).rstrip(".")
