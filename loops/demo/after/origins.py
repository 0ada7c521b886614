"""What was asked elsewhere and answered here: a sales opportunity and a chat, each of which left
an article that leads back to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from articles.actions import create
from people.models import Domain, User

ASKED: list[dict[str, Any]] = [
    {
        "title": "Embassies buy without sales tax: what the till needs for it",
        "issue": "Before we sign: can our shop near the embassies sell to diplomats without tax?",
        "environment": "Tilia Till 6.4, not yet a customer",
        "origin": ("crm", "OPP-4711"),
        "origin_url": "https://crm.tilia.example/opportunities/OPP-4711",
    },
    {
        "title": "Which sheet of the year's closing shows tips paid out in cash",
        "issue": "Our accountant asked in the chat where tips paid out in cash stand.",
        "environment": "Tilia Office",
        "origin": ("chat", "C-20931"),
    },
]


def add(now: datetime) -> None:
    author = User.objects.filter(email="contributor@demo.test").first()
    if author is None:
        return
    domain = Domain.objects.filter(path="office/taxes").first()
    for words in ASKED:
        create(by=author, domain=domain, **words)
