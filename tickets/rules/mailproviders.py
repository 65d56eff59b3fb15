"""Where the mail of an address lives: providers that everybody knows by the domain or its MX, others by convention."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One server: host, port and how it is secured (ssl, starttls)."""

    host: str
    port: int
    security: str


@dataclass(frozen=True)
class Provider:
    """A provider: its servers, where its app passwords are made ("" when the usual password works), its OAuth."""

    key: str
    name: str
    imap: Way
    smtp: Way
    pop: Way
    app_password: str = ""
    oauth: str = ""


def _ways(imap: str, smtp: str, pop: str, smtp_port: int = 465) -> tuple[Way, Way, Way]:
    secure = "ssl" if smtp_port == 465 else "starttls"
    return Way(imap, 993, "ssl"), Way(smtp, smtp_port, secure), Way(pop, 995, "ssl")


GMAIL = _ways("imap.gmail.com", "smtp.gmail.com", "pop.gmail.com")
OFFICE = _ways("outlook.office365.com", "smtp.office365.com", "outlook.office365.com", 587)
OUTLOOK = _ways("outlook.office365.com", "smtp-mail.outlook.com", "outlook.office365.com", 587)
YAHOO = _ways("imap.mail.yahoo.com", "smtp.mail.yahoo.com", "pop.mail.yahoo.com")
ICLOUD = _ways("imap.mail.me.com", "smtp.mail.me.com", "imap.mail.me.com", 587)
ZOHO = _ways("imap.zoho.com", "smtp.zoho.com", "pop.zoho.com")
ZOHO_PRO = _ways("imappro.zoho.com", "smtppro.zoho.com", "poppro.zoho.com")
FASTMAIL = _ways("imap.fastmail.com", "smtp.fastmail.com", "pop.fastmail.com")
YANDEX = _ways("imap.yandex.com", "smtp.yandex.com", "pop.yandex.com")
MAIL_RU = _ways("imap.mail.ru", "smtp.mail.ru", "pop.mail.ru")

GOOGLE_PAGE = "https://myaccount.google.com/apppasswords"
YAHOO_PAGE = "https://login.yahoo.com/account/security"
APPLE_PAGE = "https://account.apple.com/account/manage"
ZOHO_PAGE = "https://accounts.zoho.com/home#security/app_password"
FASTMAIL_PAGE = "https://app.fastmail.com/settings/security/apps"
YANDEX_PAGE = "https://id.yandex.com/security/app-passwords"
MAIL_RU_PAGE = "https://account.mail.ru/user/2-step-auth/passwords/"

PROVIDERS: dict[str, Provider] = {
    one.key: one
    for one in (
        Provider("gmail", "Gmail", *GMAIL, GOOGLE_PAGE, "google"),
        Provider("microsoft365", "Microsoft 365", *OFFICE, "", "microsoft"),
        Provider("outlook", "Outlook.com", *OUTLOOK, "", "microsoft"),
        Provider("yahoo", "Yahoo", *YAHOO, YAHOO_PAGE),
        Provider("icloud", "iCloud", *ICLOUD, APPLE_PAGE),
        Provider("zoho", "Zoho", *ZOHO, ZOHO_PAGE),
        Provider("zoho_pro", "Zoho", *ZOHO_PRO, ZOHO_PAGE),
        Provider("fastmail", "Fastmail", *FASTMAIL, FASTMAIL_PAGE),
        Provider("yandex", "Yandex", *YANDEX, YANDEX_PAGE),
        Provider("mail_ru", "Mail.ru", *MAIL_RU, MAIL_RU_PAGE),
    )
}
DOMAINS: dict[str, tuple[str, ...]] = {
    "gmail": ("gmail.com", "googlemail.com"),
    "outlook": ("outlook.com", "hotmail.com", "live.com", "msn.com"),
    "yahoo": ("yahoo.com", "ymail.com", "rocketmail.com", "aol.com"),
    "icloud": ("icloud.com", "me.com", "mac.com"),
    "zoho": ("zoho.com", "zohomail.com"),
    "fastmail": ("fastmail.com", "fastmail.fm"),
    "yandex": ("yandex.com", "yandex.ru", "ya.ru", "yandex.by", "yandex.kz"),
    "mail_ru": ("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"),
}
# What the name of a domain's mail exchanger ends with, for companies that host their mail there.
EXCHANGERS: dict[str, str] = {
    "google.com": "gmail",
    "googlemail.com": "gmail",
    "mail.protection.outlook.com": "microsoft365",
    "yahoodns.net": "yahoo",
    "icloud.com": "icloud",
    "zoho.com": "zoho_pro",
    "messagingengine.com": "fastmail",
    "yandex.net": "yandex",
    "yandex.ru": "yandex",
    "emx.mail.ru": "mail_ru",
}
# Families with one name in many countries: yahoo.co.uk, outlook.de, hotmail.fr.
FAMILIES = {"yahoo": "yahoo", "outlook": "outlook", "hotmail": "outlook", "live": "outlook"}


def domain_of(address: str) -> str:
    """The part behind the @, in lower case."""
    return address.strip().rpartition("@")[2].lower().rstrip(".")


def by_domain(domain: str) -> Provider | None:
    """The provider that owns this domain."""
    for key, names in DOMAINS.items():
        if domain in names:
            return PROVIDERS[key]
    family, _, rest = domain.partition(".")
    if family in FAMILIES and rest and len(rest) <= 6:
        return PROVIDERS[FAMILIES[family]]
    return None


def by_exchanger(names: tuple[str, ...]) -> Provider | None:
    """The provider to whose mail exchangers a domain points."""
    for name in names:
        plain = name.lower().rstrip(".")
        for ending, key in EXCHANGERS.items():
            if plain == ending or plain.endswith("." + ending):
                return PROVIDERS[key]
    return None


def by_servers(*hosts: str) -> Provider | None:
    """The provider whose server is named here."""
    for one in PROVIDERS.values():
        if {one.imap.host, one.smtp.host, one.pop.host} & {host.lower() for host in hosts if host}:
            return one
    return None


def conventional(domain: str, known: tuple[str, ...] = ()) -> Provider:
    """The usual names under a domain. `known`: those of them that exist; the first that does is taken."""

    def pick(*names: str) -> str:
        return next((name for name in names if name in known), names[0])

    ways = _ways(
        pick(f"imap.{domain}", f"mail.{domain}"),
        pick(f"smtp.{domain}", f"mail.{domain}"),
        pick(f"pop.{domain}", f"pop3.{domain}", f"mail.{domain}"),
        587,
    )
    return Provider("", "", *ways)


def candidates(domain: str) -> tuple[str, ...]:
    """The names that `conventional` would like to know of."""
    return tuple(f"{name}.{domain}" for name in ("imap", "smtp", "pop", "pop3", "mail"))
