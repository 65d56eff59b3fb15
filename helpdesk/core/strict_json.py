"""Reading a JSON body without surprises: bounded in size and depth, no NUL, no half characters, no NaN."""

import json
import math
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType

from helpdesk.core.shapes import Fault, Unfit, escape

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 20


def read(request: HttpRequest, most: int = MOST_BYTES) -> Any:
    """The body's value; an empty body is an empty object. Raises what core.problems knows."""
    told = str(request.META.get("CONTENT_LENGTH") or "")
    if (told.isdigit() and int(told) > most) or len(request.body) > most:
        raise RequestDataTooBig
    if not request.body:
        return {}
    if request.content_type != "application/json":
        raise UnsupportedMediaType(request.content_type or "")
    value = _parsed(request.body)
    _sound(value, "", 0)
    return value


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ParseError from error


def _refuse(word: str) -> None:
    raise ValueError(word)


def _sound(value: Any, at: str, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise ParseError
    if isinstance(value, str):
        _text(value, at)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ParseError
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _sound(item, f"{at}/{place}", depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _text(name, at)
            _sound(item, f"{at}/{escape(name)}", depth + 1)


def _text(value: str, at: str) -> None:
    if "\x00" in value:
        raise Unfit([Fault(at, "null_character", _("Text must not contain the null character."))])
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Unfit([Fault(at, "half_character", _("Text must be whole Unicode characters."))])
