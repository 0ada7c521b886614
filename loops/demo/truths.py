"""What the demo company hides, on purpose: the reports of the evolve loop have to find it.

The mark stands in the detail of a ticket's `received` event, where no page shows it:
{"topic": "cash-drawer-closed-641", "truth": "burst"}. Articles are known by `external_id`, in
the `external_system` "demo".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loops.demo.people import NEWCOMERS, TED

if TYPE_CHECKING:
    from loops.demo.generator import Ticket

SYSTEM = "demo"
__all__ = ["NEWCOMERS", "TED"]

# One day five weeks ago on which the same fault brought thirty tickets and more.
BURST_TOPIC = "cash-drawer-closed-641"
BURST_DAYS_AGO = 36
# A fault of the product: it comes back all year, and writing will not end it.
DEFECT_TOPIC = "split-bill-one-cent-off"
# Ted Varga answers most of this topic from memory and links nothing.
TED_TOPIC = "recipes-and-ingredients"
# Demand without an article, by its place in gaps.jsonl.
GAPS = tuple(f"gap-{number}" for number in range(8))
# The second article says the same as the first.
DUPLICATES = {
    "new-phone-authenticator": "lost-phone-two-step",
    "money-not-in-bank": "payout-later-than-expected",
    "he-hechzer-kaspi-ashrai": "he-ziku-lakoach",
    "kitchen-screen-empty": "kds-no-new-orders",
    "receipts-come-out-white": "till-printer-blank",
    "ru-lishnyaya-kopiya": "ru-dva-cheka",
}
# These two say different things about the same question.
CONTRADICTIONS = {
    "refund-deadline-90": "refund-deadline-180",
    "offline-how-long-24h": "offline-three-days",
}
# Validated, used, and no longer true.
OUTDATED = ("go-wifi-firmware-2", "receipt-by-mail-5")
# Ready-made tickets in the queue, by the outcome that good work on them ends with.
EXAMPLES = {
    "reuse": "reused",
    "improve": "improved",
    "flag": "flagged",
    "create": "created",
    "no_knowledge": "no_knowledge",
    "reuse_ru": "reused",
    "reuse_he": "reused",
    "reuse_defect": "reused",
}


def mark(ticket: Ticket) -> dict[str, str]:
    """What the `received` event keeps of the truth."""
    found = {"topic": ticket.topic.name, "truth": ticket.truth}
    return {name: value for name, value in found.items() if value}
