"""Every address of the site, by every method, as a stranger: equal to a list that people read.

`tests/doors.txt` says what each door answers somebody who has not signed in:

    login    sends them to sign in          refused  401 or 403
    missing  404, as if it were not there   never    405, this method is none of its own
    open     answers: whoever adds such a line says in the review why

A new address fails here until it stands in the list. The failure prints the lines to add, and
`KCS_WRITE_DOORS=1 pytest tests/test_doors.py` writes them; read them before they are committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from articles import actions as article_actions
from loops.solve import actions as solve_actions
from tests import make

LIST = Path(__file__).with_name("doors.txt")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
pytestmark = pytest.mark.django_db(databases=["default", "help"])

# What a placeholder is filled with: things that exist, so that a door which forgets to ask
# who is there has something to give away. `hidden` is filled with things that do not exist.
PARAMETER = re.compile(
    r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?P<body>[^()]*)\)"
)


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address as it is written, with its placeholders."""
    for one in patterns:
        text = str(one.pattern)
        if not isinstance(one.pattern, RoutePattern):
            text = text.lstrip("^").removesuffix("\\Z").removesuffix("$").replace("\\.", ".")
        whole = before + text
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, whole)
        else:
            yield whole


def filled(pattern: str, values: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, body = found["name"] or found["group"], found["body"] or ""
        if name == "number" and ("articles/" in pattern or "KB" in body):
            return values["article"]
        if name in values:
            return values[name]
        return values["key" if found["kind"] == "int" or "0-9" in body else "word"]

    return "/" + PARAMETER.sub(value, pattern).replace(".*", "x").replace("/?", "/")


def answer(status: int, where: str) -> str:
    if status in (301, 302, 303, 307, 308):
        return "login" if "/login/" in where else "open"
    return {401: "refused", 403: "refused", 404: "missing", 405: "never"}.get(status, "open")


def walk(
    values: dict[str, str], doors: list[str], methods: tuple[str, ...] = METHODS
) -> dict[str, str]:
    """What each method at each address answers somebody who has not signed in."""
    found: dict[str, str] = {}
    for pattern in doors:
        path = filled(pattern, values)
        for method in methods:
            response = Client(raise_request_exception=False).generic(method, path, b"")
            assert response.status_code < 500, f"{method} {path} broke: {response.status_code}"
            where = response.headers.get("Location", "")
            found[f"{method} /{pattern}"] = answer(response.status_code, where)
    return found


def doors(*, admin: bool) -> list[str]:
    """The admin's doors are a hundred times the same one, so they are walked apart."""
    found = sorted(set(addresses(get_resolver().url_patterns)))
    return [one for one in found if one.startswith("admin/") == admin]


@pytest.fixture
def known() -> dict[str, str]:
    """Things that exist, none of them for a stranger."""
    make.administrator()
    agent = make.contributor()
    article, ticket = make.article(), make.solved_ticket(by=agent)
    link = ticket.links.get()
    flag = article_actions.flag(article, by=agent, kind="unclear")
    suggestion = article_actions.suggest(article, by=make.candidate(), changes={"cause": "x"})
    solve_actions.send(ticket, by=agent, body="x", internal=True)
    return {
        "number": ticket.number,
        "ticket": ticket.number,
        "article": article.number,
        "pk": str(flag.pk),
        "link": str(link.pk),
        "suggestion": str(suggestion.pk),
        "version": "1",
        "key": str(agent.pk),
        "word": "word",
    }


def lines(doors: dict[str, str]) -> dict[str, str]:
    """One line an address: each answer with its methods, `login GET POST, never PUT`."""
    told: dict[str, dict[str, list[str]]] = {}
    for door, said in doors.items():
        method, pattern = door.split(" ", 1)
        told.setdefault(pattern, {}).setdefault(said, []).append(method)
    return {
        pattern: ", ".join(f"{said} {' '.join(methods)}" for said, methods in said_by.items())
        for pattern, said_by in told.items()
    }


def listed() -> dict[str, str]:
    rows = LIST.read_text().splitlines() if LIST.exists() else []
    split = [row.split("  ", 1) for row in rows if row and not row.startswith("#")]
    return {pattern.strip(): said.strip() for pattern, said in split}


HEAD = "# What each door answers a stranger; tests/test_doors.py explains the words.\n"


def test_every_door_answers_a_stranger_as_the_list_says(known):
    found = lines(walk(known, doors(admin=False)))
    if os.environ.get("KCS_WRITE_DOORS") == "1":
        width = max(len(pattern) for pattern in found)
        rows = [f"{pattern:<{width}}  {said}\n" for pattern, said in sorted(found.items())]
        LIST.write_text(HEAD + "".join(rows))
    written = listed()
    new = [f"{p}  {said}" for p, said in found.items() if p not in written]
    gone = [p for p in written if p not in found]
    other = [
        f"{p}  {said}  (the list says: {written[p]})"
        for p, said in found.items()
        if p in written and written[p] != said
    ]
    assert not new, "New doors; decide and add them to tests/doors.txt:\n" + "\n".join(new)
    assert not gone, "Doors that are no more; take them out:\n" + "\n".join(gone)
    assert not other, "Doors that answer differently now:\n" + "\n".join(other)


def test_to_a_stranger_what_exists_looks_like_what_does_not(known):
    nothing = dict.fromkeys(known, "999999999") | {
        "number": "KT-999999999",
        "ticket": "KT-999999999",
        "article": "KB-999999999",
        "word": "nothing",
    }
    with_names = [one for one in doors(admin=False) if PARAMETER.search(one)]
    methods = ("GET", "POST")
    assert walk(known, with_names, methods) == walk(nothing, with_names, methods)


def test_every_door_of_the_admin_sends_a_stranger_to_sign_in(known):
    found = walk(known, doors(admin=True), ("GET", "POST"))
    assert len(found) > 50
    other = {door.split(" ")[1] for door, said in found.items() if said != "login"}
    assert other == {"/admin/logout/"}  # signs nobody out, and sends them to the first page


def test_nothing_is_open_to_a_stranger_but_what_is_named_here():
    """The whole list of what a visitor may do, short enough to read."""
    told = {
        (method, pattern)
        for pattern, said in listed().items()
        for part in said.split(", ")
        for method in part.split()[1:]
        if part.startswith("open")
    }
    strange = [f"{m} {p}" for m, p in sorted(told) if not MAY_BE_OPEN.match(p)]
    assert not strange


# Sign-in and its relatives, the set-up by its secret link, the language and the theme (cookies
# of one's own), what a machine asks about our health; the list of articles, which leads on; and
# the help centre, which the database itself keeps to what is public.
MAY_BE_OPEN = re.compile(
    r"/(accounts/|setup/$|language/$|theme/$|livez$|readyz$|articles/$|help/(?!ask/|write/|mine/))"
)
