"""The OpenAPI description: valid, complete, and without a page that our CSP would have to allow."""

from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_valid_openapi(schema):
    validate_schema(schema)
    assert schema["openapi"].startswith("3.")


def test_the_schema_is_served_as_json_to_those_who_may_call_the_api(api):
    served = api(make.candidate()).get("schema/")
    assert served.status_code == 200
    assert served.headers["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert "/api/v1/tickets/{number}/solve/" in served.json()["paths"]
    assert served.json()["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_address_of_the_contract_is_described(schema):
    paths = {path.removeprefix("/api/v1/") for path in schema["paths"]}
    ticket, article = "tickets/{number}/", "articles/{number}/"
    assert paths >= {
        "tickets/", "tickets/bulk/", ticket,
        *(f"{ticket}{verb}/" for verb in (
            "suggestions", "links", "messages", "solve", "reopen", "assign", "pend", "wake",
        )),
        f"{ticket}links/{{link}}/",
        "articles/", "articles/duplicates/", article,
        *(f"{article}{verb}/" for verb in (
            "versions", "history", "options", "restore", "flags", "feedback", "suggestions",
        )),
        f"{article}suggestions/{{suggestion}}/accept/",
        f"{article}suggestions/{{suggestion}}/decline/",
        "flags/", "flags/{id}/take/", "flags/{id}/resolve/", "flags/{id}/reject/",
        "search/", "domains/", "templates/",
    }  # fmt: skip


def test_the_schema_names_the_parts_of_an_article_and_the_words_of_the_domain(schema):
    article = schema["components"]["schemas"]["ArticleShape"]["properties"]
    assert {"issue", "environment", "resolution", "cause", "comments"} <= set(article)
    solving = schema["components"]["schemas"]["SolvingRequest"]["properties"]
    assert "no_knowledge" in solving["outcome"]["enum"]
    assert "spam" in solving["reason"]["enum"]


def test_every_operation_says_what_it_does(schema):
    silent = [
        f"{method} {path}"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if not operation.get("description")
    ]
    assert not silent


def test_the_page_about_the_api_names_every_address(schema):
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    words = {
        word
        for path in schema["paths"]
        for word in path.removeprefix("/api/v1/").strip("/").split("/")
        if not word.startswith("{")
    }
    ends = ("/", "?")  # a file's name has no slash behind it
    assert not [word for word in sorted(words) if not any(word + end in page for end in ends)]


def test_no_address_serves_a_page_that_draws_the_schema():
    api_patterns = next(
        p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/"
    ).url_patterns
    names = {p.name for p in api_patterns if isinstance(p, URLPattern)}
    assert not names & {"swagger-ui", "redoc"}
