"""Verbs of what articles are written into: save_template, copy_template, make_default, settle."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles import text
from articles.models import PARTS, TEXT, Article, Suggestion, Template, Translation, Version
from articles.search import index
from kcs.errors import BadValue, NotAllowed
from people.models import SiteEvent, User

MOST_PARTS = 30
NAME, LABEL, KEY = 80, 80, 40
# So many articles are written anew with the template, in the same moment. More are marked and
# follow by a job within seconds; until then searches from outside pass over them.
AT_ONCE = 200
SETTLING = "settling"
SWITCHES = ("hidden", "internal", "locked")


def _require_administrator(by: User) -> None:
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators change templates."))


@transaction.atomic
def save_template(
    template: Template | None,
    *,
    by: User,
    name: str | None = None,
    parts: Iterable[dict[str, Any]] | None = None,
    fixed: dict[str, dict[str, Any]] | None = None,
    is_default: bool | None = None,
    is_active: bool | None = None,
) -> Template:
    """Make a template, or change what is named of it. Articles and forms of the others stay.

    A part that an article uses may be hidden, renamed and moved, never removed. A part that
    becomes internal is gone for readers outside with this transaction.
    """
    _require_administrator(by)
    # One after the other: two defaults at once could not both be the one.
    list(Template.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    is_new = template is None
    saved = Template() if template is None else template
    if not is_new:
        saved.refresh_from_db()
    before, inside, stamp = _told(saved), saved.internal_parts(), saved.stamp()
    if name is not None or is_new:
        saved.name = _checked_name(name or "", but=saved.pk)
    if fixed is not None:
        saved.fixed = _checked_fixed(fixed)
    if parts is not None:
        saved.parts = _checked_parts(parts)
        _keep_used(saved, {part["key"] for part in before["parts"]})
    if is_active is not None:
        saved.is_active = is_active
    if is_default is not None:
        if before["is_default"] and not is_default:
            raise BadValue(
                _("One template is always preselected. Preselect another one instead."),
                field="is_default",
            )
        saved.is_default = is_default
    if saved.is_default and not saved.is_active:
        raise BadValue(
            _("The preselected template is offered. Preselect another one first."),
            field="is_active",
        )
    after = _told(saved)
    if after == before and not is_new:
        return saved
    if saved.is_default:
        Template.objects.filter(is_default=True).exclude(pk=saved.pk).update(is_default=False)
    saved.save()
    moved = {n: {"from": before[n], "to": after[n]} for n in after if after[n] != before[n]}
    _record(saved, by=by, created=is_new, **({} if is_new else moved))
    if not is_new and saved.stamp() != stamp:
        _settle_soon(saved, saved.internal_parts() - inside)
    return saved


@transaction.atomic
def copy_template(template: Template, *, by: User, name: str = "") -> Template:
    """Make another one that asks for the same, to be changed without touching the first."""
    _require_administrator(by)
    template.refresh_from_db()
    made = Template.objects.create(
        name=_checked_name(name) if name.strip() else _next_name(template.name),
        parts=template.parts,
        fixed=template.fixed,
    )
    _record(made, by=by, created=True, copied=template.name)
    return made


@transaction.atomic
def make_default(template: Template, *, by: User) -> Template:
    """Preselect this template from now on, for everybody who writes."""
    return save_template(template, by=by, is_default=True)


def _told(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "parts": template.parts,
        "fixed": template.fixed,
        "is_default": template.is_default,
        "is_active": template.is_active,
    }


def _record(template: Template, *, by: User, **detail: Any) -> None:
    SiteEvent.objects.create(
        verb=SiteEvent.Verb.TEMPLATE,
        by=by,
        detail={"template": template.name, "id": template.pk, **detail},
    )


# What may be kept -----------------------------------------------------------------------------


def _line(value: Any, most: int, field: str) -> str:
    said = " ".join(text.clean(str(value or ""), field=field).split())
    if len(said) > most:
        raise BadValue(_("At most %(n)s characters.") % {"n": most}, field=field)
    return said


def _checked_name(name: str, *, but: int | None = None) -> str:
    name = _line(name, NAME, "name")
    if not name:
        raise BadValue(_("Please give a name."), field="name")
    if Template.objects.exclude(pk=but or 0).filter(name__iexact=name).exists():
        raise BadValue(_("There is a template with this name."), field="name")
    return name


def _next_name(name: str) -> str:
    taken = set(Template.objects.values_list("name", flat=True))
    stem = re.sub(r" \(\d+\)$", "", name)[: NAME - 6]
    return next(
        found for n in range(2, len(taken) + 3) if (found := f"{stem} ({n})") not in taken
    )


def _checked_fixed(fixed: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is said of the parts that every article has; only what differs from the usual."""
    kept: dict[str, dict[str, Any]] = {}
    for name, said in fixed.items():
        if name not in PARTS:
            raise BadValue(
                _("Articles have no fixed part “%(part)s”.") % {"part": name}, field="fixed"
            )
        _known(said, {"hidden", "hint", "internal"}, "fixed")
        if name == "resolution" and said.get("hidden"):
            raise BadValue(
                _("The resolution stays: without it no article could be validated."),
                field="fixed",
            )
        hint = _line(said.get("hint"), 500, "fixed")
        told: dict[str, Any] = {s: True for s in ("hidden", "internal") if said.get(s)}
        if told or hint:
            kept[name] = {**told, **({"hint": hint} if hint else {})}
    return kept


def _checked_parts(parts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    given = list(parts)
    if len(given) > MOST_PARTS:
        raise BadValue(
            _("A template may have %(n)s further parts.") % {"n": MOST_PARTS}, field="parts"
        )
    taken = {str(part.get("key") or "") for part in given if isinstance(part, dict)}
    for part in given:
        _known(part, {"key", "label", "hint", "text", *SWITCHES}, "parts")
        label = _line(part.get("label"), LABEL, "parts")
        if not label:
            raise BadValue(_("Each part needs a label."), field="parts")
        key = str(part.get("key") or "") or _key(label, taken)
        taken.add(key)
        if not re.fullmatch(rf"[a-z0-9_]{{1,{KEY}}}", key, re.IGNORECASE | re.ASCII):
            raise BadValue(_("Keys have Latin letters, digits and underscores."), field="parts")
        if key in TEXT or any(key == other["key"] for other in kept):
            raise BadValue(
                _("Each key stands once, and is none of the fixed parts."), field="parts"
            )
        said: dict[str, Any] = {"key": key, "label": label}
        if hint := _line(part.get("hint"), 500, "parts"):
            said["hint"] = hint
        said |= {switch: True for switch in SWITCHES if part.get(switch)}
        own = text.clean(str(part.get("text") or ""), field="parts").strip()
        if part.get("locked"):
            if not own:
                raise BadValue(
                    _("Write what “%(part)s” says in every article.") % {"part": label},
                    field="parts",
                )
            if part.get("hidden"):
                raise BadValue(
                    _("What the template says itself cannot be hidden. Take “%(part)s” out.")
                    % {"part": label},
                    field="parts",
                )
            text.check_links(own, field="parts")
            said["text"] = own
        elif own:
            raise BadValue(
                _("Lock “%(part)s”, or leave its text to the authors.") % {"part": label},
                field="parts",
            )
        kept.append(said)
    return kept


def _known(said: Any, names: Collection[str], field: str) -> None:
    if not isinstance(said, dict) or set(said) - set(names):
        raise BadValue(
            _("A part is told by: %(names)s.") % {"names": ", ".join(sorted(names))},
            field=field,
        )


def _key(label: str, taken: Collection[str]) -> str:
    """A name for programs, made of the label; a label without Latin letters gets a number."""
    stem = slugify(label).replace("-", "_")[: KEY - 4].strip("_") or "part"
    known = {*taken, *TEXT}
    if stem != "part" and stem not in known:
        return stem
    return next(key for n in range(1, 99) if (key := f"{stem}_{n}") not in known)


def _keep_used(template: Template, before: set[str]) -> None:
    """A part in which somebody wrote, now or in an earlier version, is not taken away."""
    for key in sorted(before - {part["key"] for part in template.parts}):
        said = Q(parts__has_key=key) & ~Q(**{f"parts__{key}": ""})
        where = (
            Article.objects.filter(said, template=template),
            Translation.objects.filter(said, article__template=template),
            Suggestion.objects.filter(said, article__template=template),
            Version.objects.filter(said, article__template=template),
        )
        if any(rows.exists() for rows in where):
            raise BadValue(
                _("Articles have text in the part “%(part)s”. Hide it instead: they keep it.")
                % {"part": key},
                field="parts",
            )


# Articles follow their template ---------------------------------------------------------------


def _settle_soon(template: Template, now_internal: set[str]) -> None:
    """Write its articles anew: at once, or marked for the job where there are many.

    With the mark, what just became internal is blanked in the columns that readers outside
    are answered from, so that no reading has to wait for the job.
    """
    mine = Article.objects.filter(template=template)
    if mine.count() <= AT_ONCE:
        _write_anew(template, list(mine.order_by("pk").values_list("pk", flat=True)))
        return
    fixed = {name: "" for name in now_internal if not name.startswith("parts.")}
    further = {name[6:]: "" for name in now_internal if name.startswith("parts.")}
    blank = """
        update {table} t set
          outside = t.outside || %(fixed)s::jsonb || {mark} case when %(further)s::jsonb = '{{}}'
            then '{{}}'::jsonb else jsonb_build_object('parts',
              coalesce(t.outside->'parts', t.parts) || %(further)s::jsonb) end,
          rendered = case when t.rendered ? 'outside' then jsonb_set(t.rendered, '{{outside}}',
            (t.rendered->'outside') || %(html)s::jsonb) else t.rendered end
        {of} where a.template_id = %(template)s
    """
    told: dict[str, Any] = {
        "fixed": json.dumps(fixed),
        "further": json.dumps(further),
        "html": json.dumps(dict.fromkeys(now_internal, "")),
        "template": template.pk,
    }
    mark = "'{\"" + SETTLING + "\": true}'::jsonb || "
    article = blank.format(table="articles_article", mark=mark, of="").replace(
        "where a.", "where t."
    )
    translation = blank.format(
        table="articles_translation", mark="", of="from articles_article a"
    ).replace("where a.", "where a.id = t.article_id and a.")
    with connection.cursor() as cursor:
        cursor.execute(article, told)
        cursor.execute(translation, told)


def settle() -> int:
    """Write anew what was marked, a batch a transaction; the number of articles. Safe to run
    twice at once and to begin again: what is done has lost its mark."""
    done = 0
    while batch := _settle_batch():
        done += batch
    return done


@transaction.atomic
def _settle_batch() -> int:
    waiting = Article.objects.filter(**{f"outside__{SETTLING}": True}).order_by("pk")
    rows = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",))
    found = list(rows.values_list("pk", "template")[:AT_ONCE])
    for template in Template.objects.filter(pk__in={template for _pk, template in found}):
        _write_anew(template, [pk for pk, of in found if of == template.pk])
    return len(found)


def _write_anew(template: Template, ids: list[int]) -> None:
    """Render these articles and index them by what the template says now."""
    held = Article.objects.filter(pk__in=ids).select_for_update(no_key=True, of=("self",))
    articles = list(held.order_by("pk"))
    translations = list(Translation.objects.filter(article__in=ids).order_by("pk"))
    holders: list[Article | Translation] = [*articles, *translations]
    for holder in holders:
        words = holder.words()
        holder.rendered = template.render(words)
        holder.outside = template.differs_outside(words)
    columns = ["rendered", "outside"]
    Article.objects.bulk_update(articles, columns, batch_size=100)
    Translation.objects.bulk_update(translations, columns, batch_size=100)
    index.write_many(ids)
