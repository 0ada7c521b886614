"""A program's client: signed with a key of one person, speaking JSON."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from people import actions as people_actions
from people.models import User

ROOT = "/api/v1/"


class Program:
    """Calls the API as one person; `path` is relative to /api/v1/."""

    def __init__(self, user: User | None, scopes: tuple[str, ...] = ("read", "write")) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user is not None:
            _held, key = people_actions.make_key(user, scopes=list(scopes))
            self.headers["Authorization"] = f"Bearer {key}"

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        body = data if isinstance(data, (bytes, str)) else json.dumps(data)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            path if path.startswith("/") else ROOT + path,
            b"" if data is None else body,
            content_type="application/json",
            headers={**self.headers, **named},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if data is None else data, **headers)

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        """A PATCH that begins from what stands there now, unless If_Match says otherwise."""
        if "If_Match" not in headers:
            headers["If_Match"] = self.get(path).headers["ETag"]
        return self.call("PATCH", path, data, **{k: v for k, v in headers.items() if v})

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)


@pytest.fixture
def api() -> Callable[..., Program]:
    """`api(user)` is a program of that person; `api(None)` a stranger's."""
    return Program


def codes(response: Any) -> list[str]:
    """The codes of what a refusal says is missing."""
    return [one["code"] for one in response.json().get("missing", [])]
