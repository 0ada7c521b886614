"""What must not stand in a log."""

from __future__ import annotations

import logging
import re

# Whoever holds one of these addresses may come in: the log keeps the way and not the key.
KEYED = re.compile(r"(/setup/|/invitation/|/password/reset/key/)[^\s/'\"?]+")


def unkeyed(address: str) -> str:
    """The address without the key that may stand in it."""
    return KEYED.sub(r"\1…", address)


class Unkeyed(logging.Filter):
    """Takes the key out of addresses that let somebody in. Changes the line, drops none."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        told = unkeyed(said)
        if told != said:
            record.msg, record.args = told, ()
        return True
