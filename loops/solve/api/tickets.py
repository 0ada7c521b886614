"""Tickets with what the workspace does to them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from kcs.api import answer_with, check_match, need_match, read, refuse_unknown
from kcs.errors import Refused
from loops.models import Link
from loops.solve import actions
from loops.solve.api import shapes
from loops.solve.api.search import SEARCHED, WORDS, Looking, found
from tickets import actions as ticket_actions
from tickets import api as tickets_api
from tickets.models import Message, Ticket


class Tickets(tickets_api.Tickets):
    """Tickets with what the workspace does to them."""

    serializer_class = shapes.WorkedShape
    detail_shape = shapes.WorkedShape
    saying_shape = shapes.Sending

    @extend_schema(parameters=WORDS, responses=shapes.SearchAnswer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def suggestions(self, request: Request, number: str) -> Response:
        """The ranked articles, without typing; with `q` a refinement. Both are recorded."""
        ticket = self.get_object()
        refuse_unknown(request, {"q", "drop", "add", "limit", *SEARCHED})
        asked = Looking(request)
        results, search = actions.suggest(
            ticket,
            by=self.me,
            q=asked.q,
            drop=asked.words("drop"),
            add=asked.words("add"),
            filters=asked.filters,
            limit=asked.limit,
        )
        return Response(found(results, search, asked.q, inside=True))

    @extend_schema(responses=shapes.LinkShape(many=True))
    @action(detail=True, filter_backends=[], pagination_class=None)
    def links(self, request: Request, number: str) -> Response:
        links = shapes.links_of(self.get_object(), shapes.seen_by(self.me))
        rows = shapes.LinkShape(links, many=True).data
        return Response({"next": None, "previous": None, "results": rows})

    @extend_schema(
        request=shapes.NewLink, responses={201: shapes.LinkShape, 200: shapes.LinkShape}
    )
    @links.mapping.post
    def link(self, request: Request, number: str) -> Response:
        """Use an article. Linked already: it takes the kind that is asked for (200)."""
        ticket = self.get_object()
        asked = read(shapes.NewLink, request)
        article = shapes.article_named(asked["article"], self.me)
        known = ticket.links.filter(article=article).exists()
        made = actions.link(ticket, article, by=self.me, kind=asked["kind"])
        return self._link_told(made, status=200 if known else 201)

    @extend_schema(responses=shapes.LinkShape)
    @action(detail=True, url_path="links/(?P<link>[0-9]{1,18})", url_name="link")
    def one_link(self, request: Request, number: str, link: str) -> Response:
        return self._link_told(self._link(link))

    @extend_schema(
        request=shapes.ChangedLink,
        responses=shapes.LinkShape,
        parameters=[OpenApiParameter("If-Match", str, "header", required=True)],
    )
    @one_link.mapping.patch
    @transaction.atomic
    def change_link(self, request: Request, number: str, link: str) -> Response:
        """Say whether it resolved the ticket or was a reference."""
        known = self._link(link)
        wanted = need_match(request)
        asked = read(shapes.ChangedLink, request)
        known.ticket.lock()
        known.refresh_from_db(fields=["kind"])
        check_match(wanted, shapes.link_etag(known), lambda: shapes.LinkShape(known).data)
        return self._link_told(actions.set_kind(known, by=self.me, kind=asked["kind"]))

    @extend_schema(responses={204: None})
    @one_link.mapping.delete
    def unlink(self, request: Request, number: str, link: str) -> Response:
        """Remove a link. Its event stays."""
        actions.unlink(self._link(link), by=self.me)
        return Response(status=204)

    def _link(self, key: str) -> Link:
        links = shapes.links_of(self.get_object(), shapes.seen_by(self.me))
        return get_object_or_404(links.select_related("ticket"), pk=int(key))

    def _link_told(self, link: Link, *, status: int = 200) -> Response:
        return answer_with(shapes.LinkShape(link).data, shapes.link_etag(link), status=status)

    def said(self, ticket: Ticket, asked: dict[str, Any]) -> Message:
        by = self.me
        carried = [shapes.article_named(number, by) for number in asked.get("article", [])]
        return actions.send(
            ticket, by=by, body=asked["body"], internal=asked["internal"], articles=carried
        )

    def heard(self, ticket: Ticket, body: str) -> Message:
        return actions.hear(ticket, body=body, by=self.me)

    @extend_schema(request=shapes.Sending, responses={201: shapes.SaidShape})
    def say(self, request: Request, number: str) -> Response:
        """A reply, with the articles that it carries; a note; or the requester's own words."""
        return super().say(request, number)

    @extend_schema(request=shapes.Solving, responses=shapes.WorkedShape)
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, number: str) -> Response:
        """Solve with an outcome; without one, with the one that the rows prove. The gate says
        no with 409 and what is missing."""
        ticket = self.get_object()
        return self.told(actions.solve(ticket, by=self.me, **read(shapes.Solving, request)))

    @extend_schema(request=shapes.Reopening, responses=shapes.WorkedShape)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, number: str) -> Response:
        """Open it again. The outcome ends, and stays in `outcomes`."""
        ticket = self.get_object()
        return self.told(actions.reopen(ticket, by=self.me, **read(shapes.Reopening, request)))

    @extend_schema(
        request=shapes.Bulk, responses={200: shapes.BulkAnswer, 207: shapes.BulkAnswer}
    )
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """One verb on up to 200 tickets. 207 when not all of them said yes."""
        asked = read(shapes.Bulk, request)
        verb, numbers = asked.pop("verb"), list(dict.fromkeys(asked.pop("numbers")))
        tickets = self.get_queryset().select_related("assignee", "team", "requester")
        known = {ticket.number: ticket for ticket in tickets.filter(number__in=numbers)}
        lines = [self._one(known.get(number), number, verb, asked) for number in numbers]
        partly = any(line["status"] != 200 for line in lines)
        return Response({"results": lines}, status=207 if partly else 200)

    def _one(
        self, ticket: Ticket | None, number: str, verb: str, asked: dict[str, Any]
    ) -> dict[str, Any]:
        if ticket is None:
            said = _("There is no such ticket.")
            return {"number": number, "status": 404, "code": "not_found", "detail": said}
        by = self.me
        try:
            match verb:
                case "assign":
                    tickets_api.assign(ticket, asked, by=by)
                case "change":
                    ticket_actions.change(ticket, by=by, **asked)
                case "pend":
                    ticket_actions.pend(ticket, by=by, until=asked.get("until"))
                case "wake":
                    ticket_actions.wake(ticket, by=by)
                case "reopen":
                    actions.reopen(ticket, by=by, reason=asked.get("reason", ""))
                case _:
                    actions.solve(ticket, by=by, **asked)
        except Refused as error:
            line: dict[str, Any] = {
                "number": number,
                "status": error.status,
                "code": error.code,
                "detail": str(error),
            }
            if error.missing:
                line["missing"] = [{"code": m.code, "detail": m.detail} for m in error.missing]
            return line
        return {"number": number, "status": 200, "state": ticket.state}
