"""Articles out of rows: understood by the same checks as the verbs', indexed with their batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from articles import text
from articles.actions import checked_facets, checked_language, checked_tags, checked_words
from articles.models import PARTS, Article, ArticleEvent, Template, Version
from articles.search import analyzer, index
from kcs.errors import BadValue, Refused
from loops.intake.copying import analyse, copy, copy_through, identify, numbers
from loops.intake.lookups import Lookups
from loops.intake.problems import BadRow, Unusable
from loops.intake.reading import Row
from loops.intake.run import Options, external_of
from loops.intake.values import Values
from people.models import User

FIELDS = (
    "title", "issue", "environment", "environment_facets", "resolution", "cause", "parts",
    "template", "language", "domain", "tags", "confidence", "audience", "governance", "owner",
    "author", "editors", "created_at", "changed_at", "validated_at", "archived_reason",
    "origin.type", "origin.id", "origin.url", "origin_type", "origin_id", "origin_url",
    "external.system", "external.id", "external_system", "external_id", "number",
)  # fmt: skip


@dataclass
class ReadyArticle:
    """A row that was understood."""

    external: tuple[str, str]
    place: str
    article: Article
    domain: str
    editors: list[User]


class Articles:
    """The kind `articles`."""

    fields: Sequence[str] = FIELDS

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lookups = Lookups(
            create_domains=options.create_domains, forget_people=options.forget_people
        )
        author = options.by or (
            User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        )
        if author is None:
            raise Unusable(
                "Articles have an author, and there is no administrator yet. Make one first, or "
                "name an agent with --by."
            )
        self.author = author
        self.templates = {one.name.lower(): one for one in Template.objects.all()}
        self.usual = Template.objects.usual()

    def understand(self, row: Row, values: Values) -> ReadyArticle:
        now, lookups = self.options.now, self.lookups
        external = external_of(row, values, self.options.source)
        confidence = values.choice("confidence", Article.Confidence.values, "not_validated")
        template = self._template(values)
        words = self._words(template, values)
        if confidence == "validated" and not words["resolution"].strip():
            raise BadRow("it is validated and has no “resolution”.")
        created = values.moment("created_at", now) or now
        changed = max(values.moment("changed_at", now) or created, created)
        author = lookups.person(values.email("author.email", "author"), "author") or self.author
        owner = lookups.person(values.email("owner.email", "owner"), "owner") or author
        url = values.line("origin.url", "origin_url", limit=500)
        if url and not url.lower().startswith(("https://", "http://")):
            raise BadRow("“origin.url” begins with https://.")
        origin = values.line("origin.type", "origin_type", limit=40)
        if origin == "ticket":
            # The gate takes this for evidence, so only work on a ticket writes it.
            origin = "import"
        facets, tags, language = self._described(values, words)
        values.asked.update(("id", "url", "version", "rendered", "reuse_count", "helped",
                             "views", "origin", "external"))  # fmt: skip
        article = Article(
            template=template,
            language=language,
            environment_facets=facets,
            rendered=template.render(words),
            outside=template.differs_outside(words),
            confidence=confidence,
            audience=values.choice("audience", Article.Audience.values, "internal"),
            governance=values.choice("governance", Article.Governance.values, "experience"),
            tags=tags,
            owner=owner,
            owner_team_id=owner.team_id,
            origin_type=origin,
            origin_id=values.line("origin.id", "origin_id", limit=120),
            origin_url=url,
            external_system=external[0],
            external_id=external[1],
            created_by=author,
            created_at=created,
            changed_by=author,
            changed_at=changed,
            validated_at=(values.moment("validated_at", now) or changed)
            if confidence == "validated"
            else None,
            archived_reason=values.line("archived_reason") if confidence == "archived" else "",
            **words,
        )
        editors = [
            found
            for email in values.items("editors")
            if (found := lookups.person(str(email).strip(), "editors")) is not None
        ]
        if article.governance == "compliance" and not editors:
            editors = [owner]
        return ReadyArticle(
            external, row.place, article,
            lookups.check_domain(values.line("domain.path", "domain", limit=250)), editors,
        )  # fmt: skip

    def _template(self, values: Values) -> Template:
        name = values.line("template.name", "template", limit=80)
        found = self.templates.get(name.lower()) if name else self.usual
        if found is None:
            raise BadRow(f"there is no template “{name}”.")
        return found

    def _words(self, template: Template, values: Values) -> dict[str, Any]:
        title = values.line("title", limit=1_000_000)
        if not title:
            raise BadRow("it has no “title”.")
        said: dict[str, Any] = {"title": title}
        for part in PARTS:
            facets = part == "environment" and isinstance(values.raw(part), dict)
            said[part] = "" if facets else values.text(part, limit=text.PART_LIMIT)
        said["parts"] = values.mapping("parts")
        try:
            return checked_words(template, said)
        except BadValue as error:
            raise BadRow(f"“{error.field}”: {error}" if error.field else str(error)) from error

    def _described(
        self, values: Values, words: dict[str, Any]
    ) -> tuple[dict[str, str], list[str], str]:
        try:
            facets = values.mapping("environment_facets")
            if isinstance(values.raw("environment"), dict):
                facets = {**values.raw("environment"), **facets}
            language = values.line("language", limit=20)
            return (
                checked_facets(facets),
                checked_tags(str(tag) for tag in values.items("tags")),
                checked_language(language)
                if language
                else analyzer.detect(f"{words['title']} {words['resolution']}"),
            )
        except Refused as error:
            raise BadRow(str(error)) from error

    def known(self, externals: list[tuple[str, str]]) -> set[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select a.external_system, a.external_id from articles_article a "
                "join unnest(%s::text[], %s::text[]) as w(system, id) "
                "on a.external_system = w.system and a.external_id = w.id "
                "where a.external_id <> ''",
                [[system for system, _ in externals], [key for _, key in externals]],
            )
            return set(cursor.fetchall())

    def write(self, rows: list[ReadyArticle]) -> None:
        for row, number in zip(rows, numbers("articles_number", len(rows)), strict=True):
            row.article.pk = None
            row.article.number = f"KB-{number}"
            row.article.domain = self.lookups.domain(row.domain)
        made = [row.article for row in rows]
        identify(made)
        copy(made)
        copy_through(
            Article.editors.through._meta.db_table,
            ["article_id", "user_id"],
            [(row.article.pk, one.pk) for row in rows for one in row.editors],
        )
        copy(
            [
                Version(
                    article=a,
                    number=1,
                    language=a.language,
                    by=a.created_by,
                    at=a.created_at,
                    **a.words(),
                )
                for a in made
            ]
        )
        events = []
        for row in rows:
            a = row.article
            states = {
                "confidence": a.confidence,
                "audience": a.audience,
                "governance": a.governance,
            }
            events.append(
                ArticleEvent(
                    article=a, verb="created", by=a.created_by, at=a.created_at, version=1,
                    detail=states,
                )
            )  # fmt: skip
            events.append(
                ArticleEvent(
                    article=a, verb="imported", by=self.options.by, at=self.options.now,
                    version=1, detail={"source": a.external_system, "place": row.place},
                )
            )  # fmt: skip
        copy(events)
        index.write_many([article.pk for article in made])

    def forget(self) -> None:
        self.lookups.refresh()

    def finish(self) -> None:
        index.refresh_stats()
        analyse(Article, ArticleEvent, Version)
