"""What the pages of the help centre ask. All of it is asked inside `wall.outside`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Concat, JSONObject
from django.utils.safestring import mark_safe

from articles import text
from articles.models import Article, Translation
from articles.parts import Part, of_template
from kcs.pages import Page, keyset
from people.models import Domain
from portal.models import Moved

if TYPE_CHECKING:
    from articles.models import Template
    from articles.queries import ArticleQuerySet
    from portal.wall import Reader

BEST = 6
RELATED = 4
PAGE = 20
ORDER = ("-helped_count", "-reuse_count", "-pk")


def readable(reader: Reader) -> ArticleQuerySet:
    """What this reader may read. The database says the same of every question, also of one
    that forgets to come here."""
    return Article.objects.visible_to(reader)  # type: ignore[arg-type]


def titled(articles: QuerySet[Article], language: str) -> QuerySet[Article]:
    """With `said` and `said_in`: the title in this language where there is one."""
    here = Translation.objects.filter(article=OuterRef("pk"), language=language)
    return articles.annotate(
        said=Coalesce(Subquery(here.values("title")[:1]), F("title")),
        said_in=Coalesce(Subquery(here.values("language")[:1]), F("language")),
        branch=F("domain__name"),
    ).only("number", "helped_count", "reuse_count")


# Branches -------------------------------------------------------------------------------------


@dataclass
class Branch:
    """A branch of the product tree, with how much there is to read in it."""

    path: str
    name: str
    count: int = 0
    below: list[Branch] = field(default_factory=list)

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0]


def branches(reader: Reader) -> dict[str, Branch]:
    """Every branch with something to read in it, by its path, in the tree's order."""
    counted = dict(
        readable(reader)
        .exclude(domain=None)
        .order_by()
        .values_list("domain")
        .annotate(n=Count("*"))
    )
    rows = Domain.objects.order_by("path").values_list("pk", "path", "name")
    found = {path: Branch(path, name) for _pk, path, name in rows}
    for pk, path, _name in rows:
        steps = path.split("/")
        for depth in range(1, len(steps) + 1):
            if branch := found.get("/".join(steps[:depth])):
                branch.count += counted.get(pk, 0)
    found = {path: branch for path, branch in found.items() if branch.count}
    for branch in found.values():
        if branch.parent in found:
            found[branch.parent].below.append(branch)
    return found


def names() -> dict[str, str]:
    """The branches by their paths, in the tree's order."""
    return dict(Domain.objects.order_by("path").values_list("path", "name"))


def listed(reader: Reader, path: str, language: str, cursor: str) -> Page:
    """The articles of one branch, the most helpful first. The page is cut by what an index
    holds, and only its rows are read whole."""
    found = readable(reader).filter(
        Q(domain__path=path) | Q(domain__path__startswith=f"{path}/")
    )
    slim = found.order_by().only("helped_count", "reuse_count")
    cut = keyset(slim, ORDER, cursor=cursor, size=PAGE)
    rows = titled(readable(reader).filter(pk__in=[row.pk for row in cut.rows]), language)
    return replace(cut, rows=list(rows.order_by(*ORDER)))


def best(reader: Reader, language: str) -> list[Article]:
    """What helped most readers, in the reader's language first."""
    found: list[Article] = []
    others = [code for code, _name in settings.LANGUAGES if code != language]
    for code in (language, *others):
        wanted = titled(readable(reader).filter(language=code), language).order_by(*ORDER)
        found += wanted[: BEST - len(found)]
        if len(found) >= BEST:
            break
    return found


# One article ----------------------------------------------------------------------------------


@dataclass
class Reading:
    """An article as its page shows it, in one of its languages."""

    article: Article
    title: str
    language: str
    changed_at: datetime
    parts: list[Part]
    languages: list[dict[str, Any]]
    trail: list[dict[str, str]]
    related: list[dict[str, Any]]
    # A translation that says what the article said before its last material change.
    behind: bool = False

    @property
    def facets(self) -> dict[str, str]:
        return self.article.environment_facets

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)


def read(reader: Reader, number: str, language: str) -> Reading | None:
    """The article for its page, or nothing: hidden and missing are the same. One query."""
    here = Translation.objects.filter(article=OuterRef("pk"))
    same = ExpressionWrapper(
        Q(language=OuterRef(OuterRef("language"))), output_field=BooleanField()
    )
    alike = (
        readable(reader)
        .filter(domain=OuterRef(OuterRef("domain")))
        .exclude(pk=OuterRef(OuterRef("pk")))
        .alias(same=same)
        .order_by("-same", *ORDER)
        .values("pk")[:RELATED]
    )
    above = Domain.objects.alias(
        way=ExpressionWrapper(OuterRef("domain__path"), output_field=CharField())
    ).filter(Q(way=F("path")) | Q(way__startswith=Concat(F("path"), Value("/"))))
    article = (
        readable(reader)
        .select_related("template")
        .annotate(
            languages=ArraySubquery(
                here.order_by("language").values(row=JSONObject(language="language"))
            ),
            spoken=ArraySubquery(
                here.filter(language=language).values(
                    row=JSONObject(
                        title="title",
                        rendered="rendered",
                        outdated_at="outdated_at",
                        changed_at="changed_at",
                    )
                )
            ),
            related=ArraySubquery(
                Article.objects.filter(pk__in=alike)
                .order_by(*ORDER)
                .values(row=JSONObject(number="number", title="title", language="language"))
            ),
            trail=ArraySubquery(
                above.order_by("path").values(row=JSONObject(path="path", name="name"))
            ),
        )
        .filter(number=number)
        .first()
    )
    if article is None:
        return None
    told: Any = article
    known = [article.language, *(row["language"] for row in told.languages)]
    title, spoken, behind, changed_at = (
        article.title,
        article.language,
        False,
        article.changed_at,
    )
    source: Article | Translation = article
    if told.spoken and language != article.language:
        [row] = told.spoken
        source = Translation(article=article, rendered=row["rendered"])
        title, spoken, behind = row["title"], language, row["outdated_at"] is not None
        changed_at = datetime.fromisoformat(row["changed_at"])
    return Reading(
        article=article,
        title=title,
        language=spoken,
        changed_at=changed_at,
        parts=_parts(source, article.template, language),
        languages=[{"code": code, "here": code == spoken} for code in dict.fromkeys(known)],
        trail=told.trail,
        related=told.related,
        behind=behind,
    )


def _parts(source: Article | Translation, template: Template, language: str) -> list[Part]:
    """The parts that say something, as they were rendered for readers outside."""
    if source.rendered.get("renderer") != text.RENDERER:
        if isinstance(source, Translation):
            source = source.article.translations.get(language=language)
        # Behind the wall the words are the outside words.
        html = text.render_all(source.words())["outside"]
    else:
        html = source.rendered["outside"]
    return [
        replace(part, html=mark_safe(html[part.name]))  # sanitised when it was saved
        for part in of_template(template)
        if html.get(part.name)
    ]


def survivor(number: str) -> str:
    """Where this article went when it was merged, or nothing."""
    return Moved.objects.filter(number=number).values_list("survivor", flat=True).first() or ""
