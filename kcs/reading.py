"""How the API reads JSON. Apart from kcs.api, because the settings of the framework name it."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

DEPTH = 40


class Json(JSONParser):
    """JSON as RFC 8259 has it, and no further: what cannot be stored is refused at the door.

    NUL and lone surrogates are no text to PostgreSQL, 1e400 is no number, and ten thousand
    brackets are an attack on the reader.
    """

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        raw = stream.read()
        try:
            data = json.loads(raw, parse_constant=_no_number, parse_float=_number)
            _check(data, DEPTH)
        except RecursionError as error:
            raise exceptions.ParseError(_("This JSON is nested too deeply.")) from error
        except ValueError as error:
            raise exceptions.ParseError(
                _("This is not JSON: %(why)s") % {"why": error}
            ) from error
        return data


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("it holds the character NUL")
        value.encode()  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, (dict, list)):
        if not depth:
            raise RecursionError
        for item in value.items() if isinstance(value, dict) else value:
            if isinstance(item, tuple):
                _check(item[0], depth)
                item = item[1]
            _check(item, depth - 1)
