"""What rows name and the database keeps: domains, teams, people, organisations."""

from __future__ import annotations

import re

from loops.intake.problems import BadRow
from people.actions import plant
from people.models import Domain, Organisation, Team, User

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Lookups:
    """Names to rows, each table read once."""

    def __init__(self, *, create_domains: bool, forget_people: bool) -> None:
        self.create_domains = create_domains
        self.forget_people = forget_people
        self.refresh()

    def refresh(self) -> None:
        self.domains = {domain.path: domain for domain in Domain.objects.all()}
        self.teams = {team.name.lower(): team for team in Team.objects.all()}
        self.people = {user.email.lower(): user for user in User.objects.agents()}
        self.organisations = {one.name.lower(): one for one in Organisation.objects.all()}

    def check_domain(self, path: str) -> str:
        """The path as it is kept; a BadRow when there is no such branch and none is made."""
        path = path.strip().strip("/").lower()
        if not path or path in self.domains:
            return path
        if not self.create_domains:
            raise BadRow(
                f"there is no domain “{path}”. Add it, or import with --create-domains."
            )
        if len(path) > 250 or not all(SLUG.fullmatch(part) for part in path.split("/")):
            raise BadRow(
                f"“{path[:60]}” is no path of a domain: write it as pay/refunds, in small Latin "
                "letters, digits and hyphens."
            )
        return path

    def domain(self, path: str) -> Domain | None:
        """The branch with this path; planted, with its parents, where that was asked for."""
        if not path:
            return None
        if path not in self.domains:
            above, _, slug = path.rpartition("/")
            self.domains[path] = plant(
                name=slug.replace("-", " ").capitalize(), slug=slug, parent=self.domain(above)
            )
        return self.domains[path]

    def team(self, name: str) -> Team | None:
        if not name:
            return None
        found = self.teams.get(name.lower())
        if found is None and not self.forget_people:
            raise BadRow(
                f"there is no team “{name}”. Add it, or import with --forget-unknown-people."
            )
        return found

    def person(self, email: str, field: str) -> User | None:
        if not email:
            return None
        found = self.people.get(email.lower())
        if found is None and not self.forget_people:
            raise BadRow(
                f"“{field}” is {email}, and no agent here has this address. Invite them, or "
                "import with --forget-unknown-people."
            )
        return found

    def organisation(self, name: str) -> Organisation | None:
        if not name:
            return None
        key = name.lower()
        if key not in self.organisations:
            self.organisations[key] = Organisation.objects.create(name=name)
        return self.organisations[key]
