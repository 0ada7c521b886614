"""Every field of every request, told every odd thing: a yes or a no, and never a broken server."""

import json

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator

from tests import make
from tests.api.conftest import Program
from tests.api.test_matrix import things

pytestmark = pytest.mark.django_db

ODD = [None, 2**70, "", "\u202e" * 600, "2026-13-45T99:00:00Z", [None], {"a": [1]}]
ODD_FILTERS = ("%00", "-1", "9" * 30, "%ED%A0%80,%27")


class Undo(Exception):
    """Takes back what one request did."""


def requests() -> list[tuple[str, str, dict]]:
    """(method, path, the properties of its body) of everything that takes a body."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    shapes, told = schema["components"]["schemas"], []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            for body in content.values():
                name = body["schema"].get("$ref", "").rpartition("/")[2]
                told.append((method.upper(), path, shapes.get(name, {}).get("properties", {})))
    return told


def parameters() -> list[tuple[str, str]]:
    """(path, query parameter) of everything that takes one."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return [
        (path, one["name"])
        for path, methods in schema["paths"].items()
        for one in methods.get("get", {}).get("parameters", [])
        if one["in"] == "query"
    ]


@pytest.fixture
def named():
    known = things(make.customer())

    def fill(path: str) -> str:
        number = known["a"] if "/articles/" in path else known["t"]
        for name, value in {
            "number": number,
            "id": known["f"],
            "link": known["l"],
            "suggestion": known["s"],
            "version": "1",
        }.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    return fill


def test_no_odd_value_breaks_a_request(named):
    program, broken, sent = Program(make.administrator()), [], 0
    program.client.raise_request_exception = True
    for at, (method, path, field) in enumerate(
        (method, path, field) for method, path, fields in requests() for field in fields
    ):
        # One of the values each, another for the next field: every value meets fields of every
        # kind, and the whole takes seconds.
        for value in [ODD[at % len(ODD)]]:
            sent += 1
            try:
                with transaction.atomic():
                    body = {field: value}
                    answer = program.call(method, named(path), body, If_Match="*")
                    raise Undo
            except Undo:
                if answer.status_code >= 500:
                    broken.append((method, path, body, answer.status_code))
            except Exception as error:
                broken.append((method, path, body, repr(error)[:200]))
    assert sent > 200
    assert not broken, json.dumps(broken[:20], indent=1, default=str)


def test_no_odd_filter_breaks_a_list(named):
    program, broken = Program(make.administrator()), []
    for at, (path, name) in enumerate(parameters()):
        for value in [ODD_FILTERS[at % 4]]:
            try:
                with transaction.atomic():
                    answer = program.get(f"{named(path)}?{name}={value}")
                    raise Undo
            except Undo:
                if answer.status_code not in (200, 400, 404, 422):
                    broken.append((path, name, value, answer.status_code))
    assert not broken, json.dumps(broken[:20], indent=1)
