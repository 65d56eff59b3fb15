"""A made-up world in which it is known who is who: people, families, firms, and what a desk gets to see of them.

It knows nothing of the rules that are measured with it. Everything is drawn from one seed.
"""

import random
from dataclasses import dataclass, field


def _words(text: str) -> list[str]:
    return text.split()


GIVEN = [
    tuple(line.split("/"))
    for line in _words(
        "محمد/Mohammad/Mohammed/Muhammad علی/Ali رضا/Reza/Rezaa حسین/Hossein/Hosein/Husain حسن/Hassan/Hasan"
        " مهدی/Mahdi/Mehdi امیر/Amir سعید/Saeed/Said حمید/Hamid مجید/Majid ناصر/Nasser/Naser کامران/Kamran"
        " بهرام/Bahram آرش/Arash سیاوش/Siavash/Siyavash کیوان/Keyvan/Kayvan فاطمه/Fatemeh/Fateme زهرا/Zahra"
        " مریم/Maryam/Mariam سارا/Sara/Sarah نرگس/Narges لیلا/Leila/Leyla شیرین/Shirin/Shireen نازنین/Nazanin"
        " پریسا/Parisa الهام/Elham مینا/Mina سمیرا/Samira نیلوفر/Niloofar/Niloufar شبنم/Shabnam"
    )
]
FAMILY = [
    tuple(line.split("/"))
    for line in _words(
        "احمدی/Ahmadi رضایی/Rezaei/Rezai/Rezaie حسینی/Hosseini/Hoseini محمدی/Mohammadi کریمی/Karimi"
        " موسوی/Mousavi/Musavi جعفری/Jafari صادقی/Sadeghi/Sadeqi رحیمی/Rahimi ابراهیمی/Ebrahimi/Ibrahimi"
        " قاسمی/Ghasemi/Qasemi کاظمی/Kazemi نوری/Nouri/Noori شریفی/Sharifi اکبری/Akbari یزدانی/Yazdani تهرانی/Tehrani"
        " شیرازی/Shirazi فراهانی/Farahani خسروی/Khosravi بهرامی/Bahrami زمانی/Zamani میرزایی/Mirzaei/Mirzaie"
        " سلطانی/Soltani باقری/Bagheri/Baqeri پورمحمد/Pourmohammad گلستانی/Golestani"
        " طباطبایی/Tabatabaei/Tabatabai وحیدی/Vahidi"
    )
]
WEST_GIVEN = _words(
    "James Mary John Anna Peter Laura Thomas Julia Michael Sophie David Emma Daniel Clara Martin Helen Paul Nina"
    " Stefan Katrin Jürgen Renée Łukasz Zoë Ana Anne Jon Jan Joan Marta Marie Maria Oliver Olivia"
)
WEST_FAMILY = _words(
    "Smith Jones Taylor Brown Wilson Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker García Martínez"
    " López Rossi Bianchi Dubois Moreau Novák Kowalski Nielsen Hansen Janssen Peeters Andersson Johnson Johnston"
)
HOSTS = _words("gmail.com yahoo.com outlook.com hotmail.com icloud.com chmail.ir mail.com gmx.de")
POSTS = _words("info sales support billing contact office admin foroosh poshtibani noreply")
FIRMS = _words("Pars Alborz Damavand Zagros Karun Arvand Nova Delta Orion Atlas Vega Kosmos Lumen Terra Aurora")
TRADES = _words("Trading Logistics Foods Textile Software Travel Medical Steel Energy Design")

# Some twelve hundred firms: seven of their people among 20,000.
PLACES = _words("Tehran Shiraz Tabriz Mashhad Berlin Wien London Dubai")


@dataclass
class Soul:
    """One person as only the world knows them. `given` and `family`: the spellings in which these are written."""

    number: int
    given: tuple[str, ...]
    family: tuple[str, ...]
    household: int = 0
    firm: str = ""
    mail: str = ""
    handles: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Record:
    """What the desk has as one customer. `soul`: who it is in truth; `link`: how it is tied to the first record."""

    soul: int
    name: str
    link: str
    handles: set[tuple[str, str]] = field(default_factory=set)
    proven: set[tuple[str, str]] = field(default_factory=set)
    firm: str = ""
    forwarded: set[str] = field(default_factory=set)


# How a second record of the same person comes to be, and how often. `nothing` and `name`: nobody can know.
LINKS = {
    "proven_mail": 22,
    "proven_account": 8,
    "proven_number": 10,
    "number": 14,
    "typo": 8,
    "firm": 8,
    "forwarded": 6,
    "device": 8,
    "account": 8,
    "name": 5,
    "nothing": 3,
}
UNKNOWABLE = frozenset({"name", "nothing"})


class World:
    """People and records, all drawn from the seed."""

    def __init__(self, people: int, seed: int = 6) -> None:
        self.draw = random.Random(seed)
        self.counter = 0
        self.taken: set[tuple[str, str]] = set()
        self.records: list[Record] = []
        self.souls: list[Soul] = []
        while len(self.souls) < people:
            self._household(min(people - len(self.souls), self.draw.choices((1, 2, 3, 4), (70, 16, 9, 5))[0]))
        for soul in self.souls:
            self._seen(soul)
        self._recycle()
        self.handles = sum(len(soul.handles) for soul in self.souls)
        self.draw.shuffle(self.records)

    def _next(self) -> int:
        self.counter += 1
        return self.counter

    def _number(self) -> str:
        return f"+989{self.draw.randrange(10, 40)}{self._next() * 7919 % 10_000_000:07}"

    def _household(self, size: int) -> None:
        persian = self.draw.random() < 0.6
        families: list[tuple[str, ...]] = FAMILY if persian else [(one,) for one in WEST_FAMILY]
        givens: list[tuple[str, ...]] = GIVEN if persian else [(one,) for one in WEST_GIVEN]
        family, shared, tablet = self.draw.choice(families), self._number(), f"v{self._next():012}"
        mailbox = f"family{self._next()}@{self.draw.choice(HOSTS)}"
        for given in self.draw.sample(givens, size):
            soul = Soul(len(self.souls), given, family, household=size)
            if self.draw.random() < 0.4:
                soul.firm = f"{self.draw.choice(FIRMS)} {self.draw.choice(TRADES)} {self.draw.choice(PLACES)}"
            soul.mail = self._mail(soul)
            soul.handles = [("email", soul.mail), ("phone", self._number())]
            if size > 1 and self.draw.random() < 0.7:
                soul.handles[1] = ("phone", shared)
            if size > 1 and self.draw.random() < 0.3:
                soul.handles.append(("visitor", tablet))
            if size > 1 and self.draw.random() < 0.1:
                soul.handles.append(("email", mailbox))
            kind = self.draw.choice(("telegram", "instagram", "whatsapp", "visitor", "external_id"))
            soul.handles.append((kind, self._account(soul, kind)))
            self.souls.append(soul)

    def _account(self, soul: Soul, kind: str) -> str:
        if kind == "whatsapp":
            return soul.handles[1][1]
        if kind == "visitor":
            return f"v{self._next():012}"
        if kind == "external_id":
            return f"cust-{self._next()}"
        name = f"@{self._latin(soul.given)}_{self._latin(soul.family)}{self._tail()}"
        # A messenger gives each name once.
        while (kind, name) in self.taken:
            name += str(self.draw.randrange(10))
        self.taken.add((kind, name))
        return name

    def _latin(self, spellings: tuple[str, ...]) -> str:
        plain = self.draw.choice(spellings[1:] or spellings).lower()
        swaps = {"ü": "u", "é": "e", "ł": "l", "ë": "e", "í": "i", "ó": "o", "á": "a"}
        return "".join(swaps.get(sign, sign) for sign in plain)

    def _tail(self) -> str:
        return self.draw.choice(("", str(self.draw.randrange(10, 99)), str(self.draw.randrange(1950, 2012))))

    def _mail(self, soul: Soul) -> str:
        """An address of their own: a host gives each once."""
        while ("email", found := self._address(soul)) in self.taken:
            pass
        self.taken.add(("email", found))
        return found

    def _address(self, soul: Soul) -> str:
        given, family = self._latin(soul.given), self._latin(soul.family)
        local = self.draw.choice((f"{given}.{family}", f"{given[0]}.{family}", f"{family}{given}", f"{given}_{family}"))
        if soul.firm and self.draw.random() < 0.5:
            return f"{local}{self._tail()}@{soul.firm.lower().replace(' ', '-')}{self._next() % 3}.example"
        return f"{local}{self._tail()}{self._next() % 1000}@{self.draw.choice(HOSTS)}"

    def _written(self, soul: Soul, nameless: float) -> str:
        if self.draw.random() < nameless:
            return ""
        given, family = self.draw.choice(soul.given), self.draw.choice(soul.family)
        if given.isascii() != family.isascii():
            given, family = soul.given[0], soul.family[0]
        how = self.draw.random()
        if how < 0.05:
            return given
        if how < 0.10:
            return f"{given[0]}. {family}"
        if how < 0.15:
            return f"{family}, {given}"
        if how < 0.18:
            family = self._slip(family)
        name = f"{given} {family}"
        if how > 0.85:
            name = name.replace("ی", "ي").replace("ک", "ك")
        return name.upper() if 0.8 < how < 0.85 else name

    def _slip(self, word: str) -> str:
        at = self.draw.randrange(1, max(2, len(word) - 1))
        wrong = self.draw.choice("aeinrst") if word.isascii() else self.draw.choice("انرست")
        return self.draw.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + wrong + word[at:],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            )
        )

    def _seen(self, soul: Soul) -> None:
        first = Record(soul.number, self._written(soul, 0.06), "", set(soul.handles), firm=soul.firm)
        first.proven = {one for one in soul.handles if self.draw.random() < 0.4}
        self.records.append(first)
        if soul.firm and self.draw.random() < 0.1:
            first.handles.add(("email", f"{self.draw.choice(POSTS)}@{soul.firm.lower().replace(' ', '-')}.example"))
        for _again in range(self.draw.choices((0, 1, 2), (55, 35, 10))[0]):
            link = self.draw.choices(list(LINKS), list(LINKS.values()))[0]
            self._again(soul, first, link)

    def _again(self, soul: Soul, first: Record, link: str) -> None:
        proven = link.startswith("proven")
        record = Record(soul.number, self._written(soul, 0.02 if proven else 0.10), link)
        own = self._own(soul, link)
        if own is None:
            return
        if proven:
            record.proven, first.proven = {own}, first.proven | {own}
        first.handles |= {own} if link in ("proven_account", "account", "device") else set()
        self._tie(record, first, own, link)
        if link != "nothing" and self.draw.random() < 0.5:
            record.handles.add(("external_id", f"other-{self._next()}"))
        self.records.append(record)

    def _own(self, soul: Soul, link: str) -> tuple[str, str] | None:
        if "mail" in link or link in ("typo", "forwarded", "nothing", "name", "firm"):
            return soul.handles[0] if link != "firm" or soul.firm else None
        if "number" in link:
            return soul.handles[1]
        kinds = ("visitor",) if link == "device" else ("telegram", "instagram", "external_id")
        found = [one for one in soul.handles if one[0] in kinds and (link != "account" or one[1].startswith("@"))]
        return found[0] if found else None

    def _tie(self, record: Record, first: Record, own: tuple[str, str], link: str) -> None:
        kind, value = own
        if link.startswith("proven") or link == "device":
            record.handles.add(own)
        elif link == "number":
            record.handles.add((self.draw.choice(("whatsapp", "sms")), value))
        elif link == "account":
            record.handles.add(("instagram" if kind == "telegram" else "telegram", value))
        elif link == "typo":
            local, _at, host = value.rpartition("@")
            slipped = f"{self._slip(local)}@{host}" if self.draw.random() < 0.6 else f"{local}@{self._slip(host)}"
            record.handles.add(("email", slipped))
        else:
            record.handles.add(("email", f"x{self._next()}@{self.draw.choice(HOSTS)}"))
        record.firm = first.firm if link == "firm" else ""
        record.forwarded = {value} if link == "forwarded" else set()

    def _recycle(self) -> None:
        """One number in fifty is a stranger's by now, who has proven it as the one before had."""
        for soul in self.draw.sample(self.souls, len(self.souls) // 50):
            old = self.draw.choice(self.souls)
            if old.number == soul.number:
                continue
            number = old.handles[1]
            record = Record(soul.number, self._written(soul, 0.10), "recycled", {number, soul.handles[0]}, {number})
            self.records.append(record)
