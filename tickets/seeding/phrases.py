"""Turns the pools of `words.py` into subjects and bodies, repeatable for one random generator."""

import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tickets.seeding import words

SYLLABLES: dict[str, list[str]] = {
    "en": ["zor", "vex", "im", "tal", "qui", "bra", "lun", "ex", "ory", "dap"],
    "fa": ["زور", "وک", "سیم", "تال", "کیا", "برا", "لون", "اکس", "دپ", "نیو"],
}
RARE_WORDS = 300
RARE_HITS = 5
PERSIAN_DIGITS = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")


def rare_words(language: str) -> list[str]:
    """Words that a seeded desk holds about five times each, whatever its size."""
    made = ("".join(parts) for parts in itertools.product(SYLLABLES[language], repeat=3))
    return list(itertools.islice(made, RARE_WORDS))


@dataclass(frozen=True)
class Real:
    """A question that a real customer asked, and what it was about."""

    text: str
    category: str


class Slots(dict[str, str]):
    """The values of one sentence's slots, made only when a sentence asks for them."""

    def __init__(self, rng: random.Random, language: str) -> None:
        super().__init__()
        self.rng, self.language = rng, language

    def __missing__(self, key: str) -> str:
        value = self._make(key)
        # One message speaks of one order, one amount, one city.
        self[key] = value
        return value

    def _make(self, key: str) -> str:
        rng, language = self.rng, self.language
        if key == "city":
            return rng.choice(words.CITIES[language])
        if key == "product":
            return rng.choice(words.PRODUCTS[language])
        if key == "day":
            return rng.choice(words.DAYS[language])
        return self._number(key)

    def _number(self, key: str) -> str:
        if key == "order":
            return f"A{self.rng.randrange(1_000_000, 9_999_999)}"
        if key == "count":
            text = str(self.rng.randrange(2, 15))
        elif self.language == "en":
            return f"€{self.rng.randrange(5, 900)}.{self.rng.randrange(10, 99)}"
        else:
            text = f"{self.rng.randrange(20, 9000)},000 تومان"
        return text.translate(PERSIAN_DIGITS) if self.language == "fa" else text


class Pen:
    """Writes the messages of a desk of `tickets` tickets; `real` texts, when given, are what English customers ask."""

    def __init__(self, rng: random.Random, tickets: int, real: Sequence[Real] = ()) -> None:
        self.rng, self.real = rng, real
        self.rare = {language: rare_words(language) for language in ("en", "fa")}
        self.rare_share = min(0.3, 2 * RARE_WORDS * RARE_HITS / max(1, tickets))

    def question(self, language: str, topic: str) -> tuple[str, str]:
        """Subject and body of a first message."""
        slots = Slots(self.rng, language)
        if self.real and language == "en":
            asked = self.rng.choice(self.real).text
            subject = asked if len(asked) <= 80 else asked[:79] + "…"
            return subject, self._letter(language, [asked, self._one(words.MORE[language], slots)])
        subject = self._one(words.SUBJECTS[language][topic], slots)
        sentences = [self._one(words.ASKED[language][topic], slots)]
        sentences += [
            line.format_map(slots) for line in self.rng.sample(words.MORE[language], self.rng.randrange(0, 4))
        ]
        if self.rng.random() < self.rare_share:
            sentences.append(self.rng.choice(self.rare[language]))
        return subject, self._letter(language, sentences)

    def follow_up(self, language: str, topic: str, earlier: str) -> tuple[str, int]:
        """A customer's further message: its text, and how much of it shows before the quoted part (0: all)."""
        slots = Slots(self.rng, language)
        own = self._letter(
            language, [self._one(words.ASKED[language][topic], slots), self._one(words.MORE[language], slots)]
        )
        if self.rng.random() < 0.5 or not earlier:
            return own, 0
        head = words.QUOTE[language].format_map(slots)
        quoted = "\n".join("> " + line for line in earlier[:400].splitlines())
        return f"{own}\n\n{head}\n{quoted}", len(own)

    def answer(self, language: str, agent: str) -> str:
        """What an agent writes to the customer."""
        slots = Slots(self.rng, language)
        lines = [line.format_map(slots) for line in self.rng.sample(words.ANSWERS[language], self.rng.randrange(1, 3))]
        return self._letter(language, lines, agent)

    def note(self, language: str) -> str:
        """What agents write to one another."""
        return self._one(words.NOTES[language], Slots(self.rng, language))

    def _letter(self, language: str, sentences: Iterable[str], name: str = "") -> str:
        rng = self.rng
        body = f"{rng.choice(words.GREETING[language])}\n\n{' '.join(sentences)}"
        return (
            f"{body}\n\n{rng.choice(words.CLOSING[language])}\n{name}".rstrip() if name or rng.random() < 0.6 else body
        )

    def _one(self, pool: Sequence[str], slots: Slots) -> str:
        return self.rng.choice(pool).format_map(slots)
