"""Which servers an address most likely has: by its domain, else by its mail exchangers, else by the usual names."""

from helpdesk.core import dns
from tickets.rules import mailproviders
from tickets.rules.mailproviders import Provider


def provider_of(address: str) -> Provider:
    """The best guess; its `key` is "" when only the usual names are left."""
    domain = mailproviders.domain_of(address)
    known = mailproviders.by_domain(domain)
    if known is not None:
        return known
    names = mailproviders.candidates(domain)
    mx, *addresses = dns.ask_all([(domain, "MX"), *((name, "A") for name in names)])
    hosted = mailproviders.by_exchanger(mx.records)
    if hosted is not None:
        return hosted
    there = tuple(name for name, answer in zip(names, addresses, strict=True) if answer.records)
    return mailproviders.conventional(domain, there)
