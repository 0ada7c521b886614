"""Writing from outside by API: drafts and edits of customers, where the organisation lets them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from articles import actions
from articles.api import shapes
from articles.models import Article, Audience, Confidence, Governance
from kcs.api import Asked, Word, read
from kcs.errors import BadValue
from people.models import User

# What a draft is; nobody outside sets anything else.
STATES = {"confidence": "wip", "audience": "internal", "governance": "experience"}


class NewDraft(Asked):
    title = shapes.Text()
    issue = shapes.Text(required=False)
    environment = shapes.Text(required=False)
    resolution = shapes.Text(required=False)
    cause = shapes.Text(required=False)
    language = serializers.CharField(max_length=12, required=False)
    confidence = Word(Confidence, required=False)
    audience = Word(Audience, required=False)
    governance = Word(Governance, required=False)


class SubmissionShape(serializers.Serializer[Any]):
    """What its author reads of a draft or an edit that waits for review."""

    title = serializers.CharField()
    language = serializers.CharField()
    at = serializers.DateTimeField()
    state = serializers.CharField()
    number = serializers.CharField(help_text="of the article, where its author may read it")
    reason = serializers.CharField()
    is_edit = serializers.BooleanField()


def draft(request: Any, by: User) -> Response:
    actions.require_author(by)
    asked = read(NewDraft, request)
    for name, value in STATES.items():
        if asked.pop(name, value) != value:
            raise BadValue(_("A draft from outside waits for review as it is."), field=name)
    asked.setdefault("language", by.language or "en")
    actions.submit_draft(by=by, **asked)
    return _newest(by)


def edit(request: Any, article: Article, by: User) -> Response:
    actions.require_author(by)
    asked = read(shapes.NewSuggestion, request)
    if asked["language"] not in ("", article.language):
        raise BadValue(_("From outside the master is changed."), field="language")
    actions.submit_edit(
        article,
        by=by,
        changes=shapes.words_in(asked),
        base=asked.get("base") or article.version_number,
        note=asked["note"],
    )
    return _newest(by)


def _newest(by: User) -> Response:
    return Response(SubmissionShape(actions.submissions(by, most=1)[0]).data, status=201)
