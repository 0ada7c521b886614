"""How the domain says no. Every door turns these into its own kind of answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Missing:
    """One thing that a refusal asks for: a stable code and a sentence for the person."""

    code: str
    detail: str


class Refused(Exception):
    """The domain said no. The message is written for the person who asked (409)."""

    status = 409
    code = "refused"

    def __init__(
        self, message: str, *, code: str | None = None, missing: Sequence[Missing] = ()
    ) -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code or self.code
        self.missing = list(missing)

    def __str__(self) -> str:
        return self.message


class NotAllowed(Refused):
    """This person has no right to do this (403)."""

    status = 403
    code = "not_allowed"


class BadValue(Refused):
    """A value may not be set, by this person or by anyone (422)."""

    status = 422
    code = "bad_value"

    def __init__(self, message: str, *, field: str = "", code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class Stale(Refused):
    """Somebody saved in between; `current` is what stands there now (412)."""

    status = 412
    code = "stale"

    def __init__(self, message: str, *, current: Any = None) -> None:
        super().__init__(message)
        self.current = current
