"""What the DNS has for an inbox's domain beside what it should have."""

from helpdesk.core import dns
from tickets.models import Inbox
from tickets.rules import dnsadvice, mailproviders
from tickets.rules.dnsadvice import Advice


def advice(inbox: Inbox) -> list[Advice]:
    """SPF, DKIM and DMARC of the domain; nothing when the domain is a public provider's own."""
    domain = mailproviders.domain_of(inbox.address)
    if mailproviders.by_domain(domain) is not None:
        return []
    host = str(inbox.settings.get("smtp_host") or "")
    provider = mailproviders.by_servers(host, str(inbox.settings.get("imap_host") or ""))
    key = provider.key if provider else ""
    names = dnsadvice.selectors(key)
    asked = [(domain, "TXT"), (f"_dmarc.{domain}", "TXT"), *((f"{one}._domainkey.{domain}", "TXT") for one in names)]
    spf, dmarc, *keys = dns.ask_all(asked)
    found = {name: answer.records for name, answer in zip(names, keys, strict=True)}
    return [
        dnsadvice.spf(domain, spf.records, known=spf.known, provider=key, smtp_host=host),
        dnsadvice.dkim(domain, found, known=any(answer.known for answer in keys)),
        dnsadvice.dmarc(domain, dmarc.records, known=dmarc.known, address=inbox.address),
    ]
