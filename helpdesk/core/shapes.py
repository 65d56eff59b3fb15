"""The shapes of JSON that the API takes and gives: one declaration both checks values and describes them in OpenAPI."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

Text = Any  # str or a lazy translation
Schema = dict[str, Any]
BIGGEST = 2**63 - 1
PRINTED = r"^[^\x00]*$"
NOT_BLANK = r"^[^\x00]*[^\x00-\x20][^\x00]*$"  # spelled out, since \s means something else in each language
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the input: where (JSON pointer or parameter), a stable code, a sentence."""

    pointer: str
    code: str
    detail: Text


class Unfit(Exception):
    """The input does not have the shape; `faults` names every place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{fault.pointer} {fault.code}" for fault in faults))
        self.faults = list(faults)


def _unfit(at: str, code: str, detail: Text) -> Unfit:
    return Unfit([Fault(at, code, detail)])


class Kind(ABC):
    """What one value may be."""

    @abstractmethod
    def check(self, value: Any, at: str = "") -> Any:
        """The value as Python wants it. Raises Unfit."""

    @abstractmethod
    def schema(self) -> Schema:
        """The same in JSON Schema 2020-12."""

    def ref(self) -> Schema:
        """The schema as others mention it: records by name."""
        return self.schema()

    def inner(self) -> "tuple[Kind, ...]":
        """The kinds that this one is made of."""
        return ()

    def from_text(self, text: str) -> Any:
        """What a query parameter's text stands for, before check()."""
        return text


@dataclass(frozen=True)
class Str(Kind):
    """Text of at most `most` characters, never with NUL. Not blank unless `blank`."""

    most: int = 500
    blank: bool = False
    format: str = ""
    note: str = ""

    def check(self, value: Any, at: str = "") -> str:
        if not isinstance(value, str):
            raise _unfit(at, "not_text", _("This must be text."))
        if "\x00" in value:
            raise _unfit(at, "null_character", _("Text must not contain the null character."))
        if len(value) > self.most:
            raise _unfit(at, "too_long", _("This is longer than %(most)s characters.") % {"most": self.most})
        if not self.blank and not re.match(NOT_BLANK, value):
            raise _unfit(at, "blank", _("This must not be empty."))
        return value

    def schema(self) -> Schema:
        found: Schema = {"type": "string", "maxLength": self.most, "pattern": PRINTED if self.blank else NOT_BLANK}
        if self.format:
            found["format"] = self.format
        if self.note:
            found["description"] = self.note
        return found


@dataclass(frozen=True)
class Matching(Kind):
    """Text of one pattern, such as an address or a telephone number."""

    pattern: str
    most: int = 254
    example: str = ""
    code: str = "malformed"

    def check(self, value: Any, at: str = "") -> str:
        if not isinstance(value, str):
            raise _unfit(at, "not_text", _("This must be text."))
        # In Python `$` also matches before a last newline; in JSON Schema it does not.
        if len(value) > self.most or value.endswith("\n") or not re.search(self.pattern, value):
            raise _unfit(at, self.code, _("This is not written as expected."))
        return value

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": self.most, "pattern": self.pattern, "examples": [self.example]}


@dataclass(frozen=True)
class Int(Kind):
    """A whole number, by default one that may be an id."""

    least: int = 1
    most: int = BIGGEST

    def check(self, value: Any, at: str = "") -> int:
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _unfit(at, "not_whole", _("This must be a whole number."))
        if not self.least <= value <= self.most:
            raise _unfit(at, "out_of_range", _("This number is too small or too large."))
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def from_text(self, text: str) -> Any:
        return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else text


@dataclass(frozen=True)
class Flag(Kind):
    """true or false."""

    def check(self, value: Any, at: str = "") -> bool:
        if not isinstance(value, bool):
            raise _unfit(at, "not_true_or_false", _("This must be true or false."))
        return value

    def schema(self) -> Schema:
        return {"type": "boolean"}

    def from_text(self, text: str) -> Any:
        return {"true": True, "false": False}.get(text, text)


@dataclass(frozen=True)
class OneOf(Kind):
    """One word of a list."""

    words: tuple[str, ...]

    def check(self, value: Any, at: str = "") -> str:
        if not isinstance(value, str) or value not in self.words:
            raise _unfit(at, "unknown_value", _("Choose one of: %(words)s.") % {"words": ", ".join(self.words)})
        return value

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Moment(Kind):
    """A time, RFC 3339 with its offset; answered in UTC."""

    def check(self, value: Any, at: str = "") -> datetime:
        wrong = _unfit(at, "not_a_time", _("This must be a time such as 2026-03-21T08:30:00Z."))
        if not isinstance(value, str) or not MOMENT.match(value):
            raise wrong
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise wrong from error

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Many(Kind):
    """A list of at most `most` items."""

    item: Kind
    most: int = 50

    def check(self, value: Any, at: str = "") -> list[Any]:
        if not isinstance(value, list):
            raise _unfit(at, "not_a_list", _("This must be a list."))
        if len(value) > self.most:
            raise _unfit(at, "too_many", _("This list has more than %(most)s items.") % {"most": self.most})
        return [self.item.check(item, f"{at}/{place}") for place, item in enumerate(value)]

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.ref(), "maxItems": self.most}

    def inner(self) -> tuple[Kind, ...]:
        return (self.item,)


@dataclass(frozen=True)
class Maybe(Kind):
    """The kind, or null."""

    kind: Kind

    def check(self, value: Any, at: str = "") -> Any:
        return None if value is None else self.kind.check(value, at)

    def schema(self) -> Schema:
        inner = self.kind.ref()
        if isinstance(inner.get("type"), str) and "enum" not in inner:
            return inner | {"type": [inner["type"], "null"]}
        return {"anyOf": [inner, {"type": "null"}]}

    def inner(self) -> tuple[Kind, ...]:
        return (self.kind,)


@dataclass(frozen=True)
class Either(Kind):
    """An id, or a name: whichever fits first."""

    kinds: tuple[Kind, ...]

    def check(self, value: Any, at: str = "") -> Any:
        for kind in self.kinds:
            try:
                return kind.check(value, at)
            except Unfit as error:
                last = error
        raise last

    def schema(self) -> Schema:
        return {"anyOf": [kind.ref() for kind in self.kinds]}

    def inner(self) -> tuple[Kind, ...]:
        return self.kinds

    def from_text(self, text: str) -> Any:
        return next((read for kind in self.kinds if (read := kind.from_text(text)) != text), text)


@dataclass(frozen=True)
class Anything(Kind):
    """Any JSON: values whose shape somebody else keeps."""

    def check(self, value: Any, at: str = "") -> Any:
        return value

    def schema(self) -> Schema:
        return {}


@dataclass(frozen=True)
class Words(Kind):
    """An object from short names to plain values, such as a ticket's custom fields."""

    most: int = 50

    def check(self, value: Any, at: str = "") -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > self.most:
            raise _unfit(at, "not_an_object", _("This must be an object."))
        for name, item in value.items():
            if isinstance(item, dict | list):
                raise _unfit(
                    f"{at}/{escape(name)}", "not_plain", _("This must be text, a number, true, false or null.")
                )
        return value

    def schema(self) -> Schema:
        plain = {"type": ["string", "number", "boolean", "null"]}
        return {"type": "object", "additionalProperties": plain, "maxProperties": self.most}


@dataclass(frozen=True)
class Record(Kind):
    """An object with these fields and no other. In an answer, every field is there."""

    name: str
    fields: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    at_least_one: bool = False
    notes: Mapping[str, Text] = field(default_factory=dict)
    example: Mapping[str, Any] | None = None

    def check(self, value: Any, at: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _unfit(at, "not_an_object", _("This must be an object."))
        faults = self._names(value, at)
        read = {}
        for name in value.keys() & self.fields.keys():
            try:
                read[name] = self.fields[name].check(value[name], f"{at}/{name}")
            except Unfit as error:
                faults += error.faults
        if faults:
            raise Unfit(sorted(faults, key=lambda fault: fault.pointer))
        return read

    def _names(self, value: dict[str, Any], at: str) -> list[Fault]:
        unknown = _("This field is unknown or cannot be set. Leave it out.")
        missing = _("This is missing.")
        faults = [Fault(f"{at}/{escape(name)}", "unknown_field", unknown) for name in value.keys() - self.fields.keys()]
        faults += [Fault(f"{at}/{name}", "missing", missing) for name in self.required if name not in value]
        if self.one_of and len(value.keys() & set(self.one_of)) != 1:
            words = {"words": ", ".join(self.one_of)}
            faults.append(Fault(at, "not_exactly_one", _("Give exactly one of: %(words)s.") % words))
        if self.at_least_one and not value:
            words = {"words": ", ".join(self.fields)}
            faults.append(Fault(at, "nothing_given", _("Give at least one of: %(words)s.") % words))
        return faults

    def ref(self) -> Schema:
        return {"$ref": f"#/components/schemas/{self.name}"}

    def inner(self) -> tuple[Kind, ...]:
        return tuple(self.fields.values())

    def schema(self) -> Schema:
        properties = {name: self._described(name, kind) for name, kind in self.fields.items()}
        found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if self.required:
            found["required"] = list(self.required)
        if self.one_of:
            found["oneOf"] = [{"required": [name]} for name in self.one_of]
        if self.at_least_one:
            found["minProperties"] = 1
        if self.example is not None:
            found["examples"] = [dict(self.example)]
        return found

    def _described(self, name: str, kind: Kind) -> Schema:
        schema = kind.ref()
        return schema | {"description": str(self.notes[name])} if name in self.notes else schema


def answer(
    name: str,
    fields: Mapping[str, Kind],
    notes: Mapping[str, Text] | None = None,
    example: Mapping[str, Any] | None = None,
) -> Record:
    """The shape of something we give: every field is always there."""
    return Record(name, fields, required=tuple(fields), notes=notes or {}, example=example)


def records(kind: Kind) -> "dict[str, Record]":
    """Every record that `kind` is made of, itself included, by name."""
    found = {kind.name: kind} if isinstance(kind, Record) else {}
    for part in kind.inner():
        found |= records(part)
    return found


def escape(name: str) -> str:
    """A name as a step of a JSON pointer (RFC 6901), without what cannot be printed."""
    return shown(name).replace("~", "~0").replace("/", "~1")


def shown(name: str) -> str:
    """A name that somebody sent, short and printable."""
    return "".join(letter if letter.isprintable() else "�" for letter in name[:100])
