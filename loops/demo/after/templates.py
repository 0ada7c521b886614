"""A second template at Tilia, and the articles that were written into it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from articles import actions
from articles.models import Template
from people.models import Domain, User

PARTS: list[dict[str, Any]] = [
    {
        "key": "workaround",
        "label": "Workaround",
        "hint": "What helps until the fix is there. One action a line.",
    },
    {
        "key": "notes",
        "label": "Notes for colleagues",
        "hint": "Whom to ask, what was tried. Never shown to customers.",
        "internal": True,
    },
    {
        "key": "fix",
        "label": "When it is fixed",
        "locked": True,
        "text": "Known problems are on the [status page](https://status.tilia.example). Till and "
        "Office update themselves at night; nobody has to install anything.",
    },
]
WRITTEN: list[dict[str, Any]] = [
    {
        "title": "Split bill loses the tip on the second payment",
        "issue": "When a table splits the bill, the tip of the second guest is gone.",
        "environment": "Till app 6.4.0 and 6.4.1, any tablet",
        "resolution": "1. Update the Till app to 6.4.2.\n2. Split the bill as before.",
        "domain": "till/tables",
        "tags": ["tip", "split bill"],
        "audience": "public",
        "parts": {
            "workaround": "1. Take the payments one after the other.\n2. Add each tip before "
            "the next payment begins.",
            "notes": "Tips that were lost stand in the card slips: the second line can book "
            "them again. Ask for the slip number.",
        },
    },
    {
        "title": "Kitchen display shows orders twice after reconnecting",
        "issue": "Since the Wi-Fi was away for a moment, every order is on the screen twice.",
        "environment": "Kitchen display 3.8, access point with band steering",
        "resolution": "",
        "domain": "till/kitchen-display",
        "tags": ["kitchen display", "wi-fi"],
        "audience": "internal",
        "parts": {
            "workaround": "1. Tap the clock of the kitchen display.\n2. Choose “Load again”.",
            "notes": "Product is on it. Collect the time of the reconnect and the till's number.",
        },
    },
    {
        "title": "Payout report is empty on the first of the month",
        "issue": "On the first of the month the payout report shows no rows until noon.",
        "environment": "Office 12.3 in a browser",
        "resolution": "1. Open the report after noon.\n2. Choose the month before.",
        "domain": "office/reports",
        "tags": ["payout", "report"],
        "audience": "customer",
        "parts": {
            "workaround": "Open Payouts › List instead: it is complete at once.",
            "notes": "",
        },
    },
]


def add(now: datetime) -> None:
    by = User.objects.get(email="admin@demo.test")
    author = User.objects.get(email="publisher@demo.test")
    template = Template.objects.filter(name="Known problem").first()
    if template is not None:
        return
    template = actions.save_template(
        None, by=by, name="Known problem", parts=PARTS, fixed={"cause": {"hidden": True}}
    )
    domains = {domain.path: domain for domain in Domain.objects.all()}
    for told in WRITTEN:
        words = {
            name: value for name, value in told.items() if name not in ("domain", "audience")
        }
        solved = bool(told["resolution"])
        actions.create(
            by=author,
            template=template,
            domain=domains.get(str(told["domain"])),
            confidence="validated" if solved else "wip",
            audience=str(told["audience"]) if solved else "internal",
            **words,
        )
