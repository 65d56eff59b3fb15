"""Which mail domains can stand for an organisation. Pure."""

import re

DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
RECORD = "helpdesk-verify="
# Where anybody gets an address: such a domain says nothing about who somebody works for. Names before the first dot
# that the large ones use in every country, and whole domains.
_FAMILIES = frozenset(
    {"gmail", "googlemail", "hotmail", "outlook", "live", "msn", "yahoo", "ymail", "rocketmail", "aol"}
)
_NAMES = """
icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me gmx.de gmx.net gmx.at gmx.ch gmx.com web.de
t-online.de freenet.de mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com ya.ru rambler.ru qq.com
163.com 126.com sina.com sina.cn foxmail.com yeah.net naver.com daum.net hanmail.net kakao.com zoho.com zohomail.com
mail.com email.com usa.com fastmail.com fastmail.fm hey.com tutanota.com tutanota.de tuta.io tuta.com posteo.de
mailbox.org hushmail.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it
seznam.cz email.cz centrum.cz wp.pl o2.pl onet.pl interia.pl gazeta.pl op.pl rediffmail.com uol.com.br bol.com.br
terra.com.br comcast.net verizon.net att.net sbcglobal.net cox.net charter.net bellsouth.net btinternet.com sky.com
virginmedia.com ntlworld.com bigpond.com optusnet.com.au shaw.ca rogers.com telus.net ziggo.nl kpnmail.nl telenet.be
skynet.be mynet.com ukr.net i.ua abv.bg chmail.ir mailfa.com mail.ir iran.ir vatanmail.ir post.ir rayana.ir
mailinator.com guerrillamail.com 10minutemail.com yopmail.com
"""
_FREE = frozenset(_NAMES.split())


def tidy(domain: str) -> str:
    """The domain in its one spelling: lower case, punycode, no dot at the end, nothing before an @. "" for none."""
    name = domain.strip().rpartition("@")[2].rstrip(".").lower()
    try:
        name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        return ""
    return name if DOMAIN.match(name) else ""


def is_free(domain: str) -> bool:
    """Whether anybody can have an address there."""
    first, _dot, rest = domain.partition(".")
    return domain in _FREE or (first in _FAMILIES and rest.count(".") <= 1)


def domain_of(address: str) -> str:
    """The domain of an e-mail address in its one spelling; "" for none."""
    return tidy(address) if "@" in address else ""
