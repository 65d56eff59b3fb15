"""Which SPF, DKIM and DMARC records a mail domain should have, and how those that it has compare. Pure."""

import re
from dataclasses import dataclass

# provider -> (what SPF must name, DKIM selectors that the provider uses)
PROVIDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "gmail": ("include:_spf.google.com", ("google",)),
    "microsoft365": ("include:spf.protection.outlook.com", ("selector1", "selector2")),
    "outlook": ("include:spf.protection.outlook.com", ("selector1", "selector2")),
    "icloud": ("include:icloud.com", ("sig1",)),
    "zoho": ("include:zohomail.com", ("zmail", "zoho")),
    "zoho_pro": ("include:zohomail.com", ("zmail", "zoho")),
    "fastmail": ("include:spf.messagingengine.com", ("fm1", "fm2", "fm3")),
    "yandex": ("include:_spf.yandex.net", ("mail",)),
    "mail_ru": ("include:_spf.mail.ru", ("mailru",)),
}
USUAL_SELECTORS = ("default", "mail", "dkim", "s1", "k1", "selector1")
END = re.compile(r"\s*(?:[-~?+]?all|redirect=\S+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Advice:
    """One record: its kind, name, what is there, what should be, and `state`: good, missing, change, double or
    unknown (the DNS did not answer)."""

    kind: str
    name: str
    found: tuple[str, ...]
    wanted: str
    state: str


def selectors(provider: str) -> tuple[str, ...]:
    """Under which DKIM names to look."""
    return PROVIDERS[provider][1] if provider in PROVIDERS else USUAL_SELECTORS


def spf(domain: str, records: tuple[str, ...], *, known: bool, provider: str, smtp_host: str) -> Advice:
    """Who may send for the domain. An old record is completed, never replaced."""
    found = tuple(one for one in records if one.lower().split(" ")[0] == "v=spf1")
    needed = PROVIDERS[provider][0] if provider in PROVIDERS else f"a:{smtp_host}" if smtp_host else "mx"
    wanted = f"v=spf1 mx {needed} ~all" if provider not in PROVIDERS and smtp_host else f"v=spf1 {needed} ~all"
    if not known:
        return Advice("SPF", domain, (), wanted, "unknown")
    if len(found) > 1:
        return Advice("SPF", domain, found, _completed(found[0], needed), "double")
    if not found:
        return Advice("SPF", domain, (), wanted, "missing")
    named = needed.lower() in found[0].lower().split() or _redirects(found[0], needed)
    # Without a known provider only the administrator knows which servers the record means.
    good = named or provider not in PROVIDERS
    return Advice("SPF", domain, found, "" if good else _completed(found[0], needed), "good" if good else "change")


def _redirects(record: str, needed: str) -> bool:
    return needed.replace("include:", "redirect=").lower() in record.lower().split()


def _completed(record: str, needed: str) -> str:
    if needed.lower() in record.lower().split():
        return record
    end = END.search(record)
    start, rest = (record[: end.start()], record[end.start() :].strip()) if end else (record.rstrip(), "~all")
    return f"{start} {needed} {rest}"


def dkim(domain: str, answers: dict[str, tuple[str, ...]], *, known: bool) -> Advice:
    """The key that signs; only the provider can make it. `answers`: selector -> its records."""
    for selector, records in answers.items():
        keys = tuple(one for one in records if re.search(r"\bp=[A-Za-z0-9+/]", one))
        if keys:
            return Advice("DKIM", f"{selector}._domainkey.{domain}", keys, "", "good")
    first = next(iter(answers), "default")
    return Advice("DKIM", f"{first}._domainkey.{domain}", (), "", "missing" if known else "unknown")


def dmarc(domain: str, records: tuple[str, ...], *, known: bool, address: str) -> Advice:
    """What receivers do with forgeries, and to whom they report."""
    name, wanted = f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:{address}"
    found = tuple(one for one in records if one.lower().replace(" ", "").startswith("v=dmarc1"))
    if not known:
        return Advice("DMARC", name, (), wanted, "unknown")
    if len(found) > 1:
        return Advice("DMARC", name, found, found[0], "double")
    has_policy = bool(found) and re.search(r"\bp\s*=\s*(none|quarantine|reject)\b", found[0], re.IGNORECASE)
    if has_policy:
        return Advice("DMARC", name, found, "", "good")
    return Advice("DMARC", name, found, wanted, "change" if found else "missing")
