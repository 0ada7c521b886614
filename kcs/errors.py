"""How the domain says no. Every door turns these into its own kind of answer."""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

# What was refused to somebody for want of a right, while one request is answered. Doors show a
# refusal in many ways; it is remembered where it is made, so that no door can forget to tell.
denied: ContextVar[list["Refused"] | None] = ContextVar("denied", default=None)


def remember(error: "Refused") -> None:
    heard = denied.get()
    if heard is not None:
        heard.append(error)


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


NOT_OFFERED = "not_offered"


class NotAllowed(Refused):
    """This person has no right to do this (403)."""

    status = 403
    code = "not_allowed"

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message, **more)
        remember(self)


class BadValue(Refused):
    """A value may not be set, by this person or by anyone (422).

    With the code "not_offered" it is this person who may not: an attempt, and no typing error.
    """

    status = 422
    code = "bad_value"

    def __init__(self, message: str, *, field: str = "", code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field
        if self.code == NOT_OFFERED:
            remember(self)


class Stale(Refused):
    """Somebody saved in between; `current` is what stands there now (412)."""

    status = 412
    code = "stale"

    def __init__(self, message: str, *, current: Any = None) -> None:
        super().__init__(message)
        self.current = current
