"""Make, list and revoke API keys from the command line."""

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kcs.errors import Refused
from people import actions
from people.models import ApiKey, User


class Command(BaseCommand):
    help = "Makes, lists and revokes API keys. A key is printed once, when it is made."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        create = verbs.add_parser("create", help="make a key and print it, this once")
        create.add_argument("--user", required=True, metavar="EMAIL", help="whom it acts as")
        create.add_argument(
            "--scope",
            action="append",
            choices=["read", "write"],
            help="what it may do; may be repeated; both when left out",
        )
        create.add_argument("--name", default="", help="what it is for")
        create.add_argument("--days", type=days, metavar="N", help="how long it is valid")
        shown = verbs.add_parser("list", help="show keys without their secrets")
        shown.add_argument("--user", metavar="EMAIL", help="only this person's")
        revoke = verbs.add_parser("revoke", help="end a key, at once")
        revoke.add_argument("prefix", metavar="PREFIX", help="the part before the dot")

    def handle(self, verb: str, **options: Any) -> None:
        try:
            getattr(self, verb)(**options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def create(self, user: str, name: str, days: int | None, **options: Any) -> None:
        expires = timezone.now() + timedelta(days=days) if days else None
        _made, key = actions.make_key(
            someone(user),
            name=name,
            scopes=options["scope"] or ["read", "write"],
            expires_at=expires,
        )
        self.stdout.write(key)

    def list(self, user: str | None, **options: Any) -> None:
        keys = ApiKey.objects.select_related("user").order_by("user__email", "made_at")
        if user:
            keys = keys.filter(user=someone(user))
        for key in keys:
            self.stdout.write(
                f"{key.prefix}  {key.user.email}  {'+'.join(key.scopes)}  {standing(key)}"
                f"{f'  {key.name}' if key.name else ''}"
            )

    def revoke(self, prefix: str, **options: Any) -> None:
        key = ApiKey.objects.filter(prefix=prefix.partition(".")[0]).first()
        if key is None:
            raise CommandError("No key begins like this; `apikey list` shows them.")
        actions.revoke_key(key)
        self.stdout.write(f"{key.prefix} is revoked.")


def days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 3660):
        raise argparse.ArgumentTypeError("give a number of days, from 1 to 3660")
    return int(text)


def someone(email: str) -> User:
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise CommandError(f"Nobody here has the e-mail address {email}.")
    return found


def standing(key: ApiKey) -> str:
    if key.revoked_at:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at and key.expires_at <= timezone.now():
        return f"expired {key.expires_at:%Y-%m-%d}"
    if key.last_used_at:
        return f"last used {key.last_used_at:%Y-%m-%d}"
    return "never used"
