"""What becomes of two articles that become one: the article's side of a merge, and its way back.

The caller (`loops.duplicates`) holds both locked, has asked who may, and moves the tickets.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from articles import parts
from articles.actions.checks import (
    LINES,
    Verb,
    checked_words,
    needs_resolution,
    record,
)
from articles.actions.writing import next_version
from articles.models import (
    Article,
    Audience,
    Confidence,
    Feedback,
    Flag,
    Schedule,
    Suggestion,
    Translation,
    Version,
)
from articles.search import index
from people.models import User

TAGS = 30
FACETS = 30
FENCED = re.compile(r"^[ \t]*(:::|```|~~~)", re.MULTILINE)
FENCE = re.compile(r"^[ \t]*:::.*$\n?", re.MULTILINE)
PARAGRAPH = re.compile(r"\n[ \t]*\n")


# The text ---------------------------------------------------------------------------------------


def for_fewer(kept: Article, gone: Article) -> bool:
    """Whether the text of the one that goes was for fewer readers than it would get now."""
    readers = Audience.values
    allowed = gone.audience if gone.confidence == Confidence.VALIDATED else Audience.INTERNAL
    return readers.index(allowed) < readers.index(kept.audience)


def both(older: str, newer: str, *, inside: bool = False) -> str:
    """One text after the other, without what stands there already; `inside` keeps the second
    from readers outside."""
    if not newer.strip() or newer.strip() in older:
        return older
    if FENCED.search(newer):
        added = newer.strip()
    else:
        known = {" ".join(said.split()) for said in PARAGRAPH.split(older)}
        new = [
            s.strip("\n") for s in PARAGRAPH.split(newer) if " ".join(s.split()) not in known
        ]
        added = "\n\n".join(new).strip()
    if inside and added:
        added = f":::internal\n{FENCE.sub('', added).strip()}\n:::"
    return "\n\n".join(said for said in (older.rstrip(), added) if said)


def further(kept: Article, gone: Article) -> list[parts.Part]:
    """What the article that goes says in parts that the other's template does not have."""
    known = {part["key"] for part in kept.template.parts}
    return [
        part
        for part in parts.written(gone, gone.template)
        if part.name.startswith("parts.") and part.name[6:] not in known and part.value.strip()
    ]


def together(kept: Article, gone: Article) -> dict[str, Any]:
    """Both texts as one, when nobody says how: nothing is lost, nothing leaves the house that
    was not outside before. The title is the older's."""
    hidden = for_fewer(kept, gone)
    internal = gone.template.internal_parts() - kept.template.internal_parts()
    locked = {f"parts.{key}" for key in kept.template.locked_parts()}
    values = {"title": kept.title}
    for part in parts.of_template(kept.template):
        older = parts.value_of(kept.words(), part.name)
        newer = parts.value_of(gone.words(), part.name)
        inside = hidden or part.name in internal
        values[part.name] = older if part.name in locked else both(older, newer, inside=inside)
    for part in further(kept, gone):
        said = f"**{part.label}**\n\n{part.value.strip()}"
        values["resolution"] = both(
            values["resolution"], said, inside=hidden or part.name in internal
        )
    words = parts.words_from(values)
    return {**words, "parts": {**kept.parts, **words["parts"]}}


# One out of two -----------------------------------------------------------------------------------


def absorb(kept: Article, gone: Article, *, by: User, words: dict[str, Any]) -> dict[str, Any]:
    """Let `kept` say `words` and take what hangs on `gone`. What undoing it needs is returned."""
    words = checked_words(kept.template, words)
    if "parts" in words:
        words["parts"] = {**kept.parts, **words["parts"]}
    words = {name: value for name, value in words.items() if kept.words()[name] != value}
    needs_resolution(kept.confidence, words.get("resolution", kept.resolution))
    taken: dict[str, Any] = {
        "version": kept.version_number,
        "confidence": gone.confidence,
        "archived_reason": gone.archived_reason,
        "contributors": _contributors(gone),
    }
    said_same = kept.words() == gone.words()
    if words:
        # Its origin keeps it a version of its own, which undoing can tell from what came before.
        next_version(
            kept,
            words,
            by=by,
            origin=("article", gone.number),
            note=_("Merged with %(number)s") % {"number": gone.number},
        )
    _retire(kept, gone, taken, by=by)
    _take_translations(kept, gone, taken, by=by, same=said_same and not words)
    _take_remarks(kept, gone, taken)
    _take_facts(kept, gone, taken)
    record(
        kept,
        Verb.MERGED,
        by=by,
        origin=("article", gone.number),
        fields=sorted(words),
        contributors=taken["contributors"],
        flags=len(taken["flags"]),
        suggestions=len(taken["suggestions"]),
    )
    record(gone, Verb.MERGED_AWAY, by=by, origin=("article", kept.number), into=kept.number)
    index.write(kept)
    index.write(gone)
    return taken


def _contributors(article: Article) -> list[int]:
    """Who wrote it, and who wrote what was merged into it before."""
    found = set(article.versions.order_by().values_list("by", flat=True).distinct())
    for detail in article.events.filter(verb=Verb.MERGED).values_list("detail", flat=True):
        found.update(detail.get("contributors", ()))
    return sorted(found | {article.created_by_id})


def _retire(kept: Article, gone: Article, taken: dict[str, Any], *, by: User) -> None:
    reason = _("Merged into %(number)s") % {"number": kept.number}
    if gone.confidence != Confidence.ARCHIVED:
        moved: dict[str, Any] = {"from": gone.confidence, "to": Confidence.ARCHIVED}
        record(gone, Verb.CONFIDENCE, by=by, reason=reason, **moved)
    gone.confidence, gone.archived_reason = Confidence.ARCHIVED, reason[:LINES]
    gone.merged_into = kept
    gone.save(update_fields=["confidence", "archived_reason", "merged_into"])
    # One step from any address to where it leads now.
    earlier = Article.objects.filter(merged_into=gone)
    taken["earlier"] = list(earlier.order_by("pk").values_list("pk", flat=True))
    earlier.update(merged_into=kept)
    waiting = gone.schedules.filter(state=Schedule.State.WAITING)
    taken["schedules"] = list(waiting.values_list("pk", flat=True))
    waiting.update(
        state=Schedule.State.CANCELLED, outcome=reason[:LINES], done_at=timezone.now()
    )


def _take_translations(
    kept: Article, gone: Article, taken: dict[str, Any], *, by: User, same: bool
) -> None:
    """Languages that the article does not have yet; where it has them, the other's stay in the
    versions of the one that goes."""
    has = {kept.language, *kept.translations.values_list("language", flat=True)}
    taken["translations"] = []
    for translation in gone.translations.exclude(language__in=has):
        was = {
            "id": translation.pk,
            "version": translation.version_number,
            "base": translation.base,
            "outdated_at": translation.outdated_at and translation.outdated_at.isoformat(),
        }
        _hand_over(translation, kept, came_from=gone, by=by)
        translation.base = kept.version_number
        if not same:
            translation.outdated_at = translation.outdated_at or timezone.now()
        translation.save(update_fields=["article", "version_number", "base", "outdated_at"])
        taken["translations"].append({**was, "made": translation.version_number})


def _hand_over(translation: Translation, to: Article, *, came_from: Article, by: User) -> None:
    """A translation's newest text as a version of the article that it belongs to from now on."""
    last = to.versions.order_by("-number").values_list("number", flat=True)[0]
    words = checked_words(to.template, {**translation.words(), "parts": {}})
    keys = {part["key"] for part in to.template.parts}
    words["parts"] = {k: v for k, v in (translation.parts or {}).items() if k in keys}
    made = to.versions.create(
        number=last + 1,
        by=by,
        language=translation.language,
        note=_("From %(number)s") % {"number": came_from.number},
        origin_type="article",
        origin_id=came_from.number,
        **words,
    )
    translation.article, translation.version_number = to, made.number


def _take_remarks(kept: Article, gone: Article, taken: dict[str, Any]) -> None:
    """What is open goes on where it is mended, with its owner; feedback stays readable."""
    flags = gone.flags.open()
    taken["flags"] = list(flags.order_by("pk").values_list("pk", flat=True))
    Flag.objects.filter(pk__in=taken["flags"]).update(article=kept)
    taken["suggestions"] = []
    for suggestion in gone.suggestions.filter(state=Suggestion.State.OPEN).order_by("pk"):
        was = {"id": suggestion.pk, "base": suggestion.base, "words": suggestion.words()}
        if _rebase(suggestion, kept, gone):
            taken["suggestions"].append(was)
    helped = set(
        kept.feedback.filter(helpful=True, by__isnull=False).values_list("by", flat=True)
    )
    twice = gone.feedback.filter(helpful=True, by__in=helped).values("by").distinct().count()
    taken["helped"] = max(gone.helped_count - twice, 0)
    taken["helped_there"] = gone.helped_count
    taken["feedback"] = list(gone.feedback.order_by("pk").values_list("pk", flat=True))
    Feedback.objects.filter(pk__in=taken["feedback"]).update(article=kept)


def _rebase(suggestion: Suggestion, kept: Article, gone: Article) -> bool:
    """Propose to the other article what this one's author changed, and nothing else."""
    holder: Article | Translation | None = kept
    if suggestion.language and suggestion.language != kept.language:
        holder = kept.translations.filter(language=suggestion.language).first()
    began = gone.versions.filter(number=suggestion.base).first()
    if holder is None or began is None:
        return False
    before, proposed, now = began.words(), suggestion.words(), holder.words()
    words: dict[str, Any] = {
        n: v for n, v in proposed.items() if n != "parts" and before[n] != v
    }
    keys = {part["key"] for part in kept.template.parts}
    changed = {
        key: value
        for key, value in suggestion.parts.items()
        if key in keys and began.parts.get(key, "") != value
    }
    if changed:
        words["parts"] = {**holder.parts, **changed}
    if not words:
        return False
    for name, value in {**now, **words}.items():
        setattr(suggestion, name, value)
    suggestion.article, suggestion.base = kept, holder.version_number
    suggestion.save()
    return True


def _take_facts(kept: Article, gone: Article, taken: dict[str, Any]) -> None:
    """Tags and facets that are new, counts, and the files that the text now names."""
    tags = [tag for tag in gone.tags if tag not in kept.tags][: max(TAGS - len(kept.tags), 0)]
    facets = {
        k: v for k, v in gone.environment_facets.items() if k not in kept.environment_facets
    }
    facets = dict(list(facets.items())[: max(FACETS - len(kept.environment_facets), 0)])
    taken["tags"], taken["facets"] = tags, facets
    kept.tags = [*kept.tags, *tags]
    kept.environment_facets = {**kept.environment_facets, **facets}
    taken["views"] = gone.view_count
    kept.view_count += gone.view_count
    kept.helped_count += taken["helped"]
    gone.helped_count = 0
    for article in (kept, gone):
        article.open_flags = article.flags.open().count()
    said = str([kept.words(), *(t.words() for t in kept.translations.all())])
    files = [file.pk for file in gone.attachments.only("key") if file.key in said]
    gone.attachments.filter(pk__in=files).update(article=kept)
    taken["attachments"] = files
    kept.save(
        update_fields=["tags", "environment_facets", "view_count", "helped_count", "open_flags"]
    )
    gone.save(update_fields=["helped_count", "open_flags"])


# Two out of one -----------------------------------------------------------------------------------


def release(
    kept: Article, gone: Article, *, by: User, taken: dict[str, Any], version: int
) -> None:
    """Give `gone` back what `absorb` took, and `kept` what it said: as a new version, without
    what was changed in it since."""
    gone.merged_into = None
    gone.confidence, gone.archived_reason = taken["confidence"], taken["archived_reason"]
    if gone.confidence != Confidence.ARCHIVED:
        moved: dict[str, Any] = {"from": Confidence.ARCHIVED, "to": gone.confidence}
        record(gone, Verb.CONFIDENCE, by=by, reason=_("Merge undone"), **moved)
    gone.helped_count = taken["helped_there"]
    gone.save(update_fields=["merged_into", "confidence", "archived_reason", "helped_count"])
    Article.objects.filter(pk__in=taken["earlier"], merged_into=kept).update(merged_into=gone)
    Schedule.objects.filter(
        pk__in=taken["schedules"], state=Schedule.State.CANCELLED, due_at__gt=timezone.now()
    ).update(state=Schedule.State.WAITING, outcome="", done_at=None)
    _unsay(kept, gone, by=by, before=taken["version"], merged=version)
    Flag.objects.filter(pk__in=taken["flags"], article=kept).update(article=gone)
    _return_suggestions(kept, gone, taken)
    Feedback.objects.filter(pk__in=taken["feedback"], article=kept).update(article=gone)
    _return_translations(kept, gone, taken, by=by)
    kept.attachments.filter(pk__in=taken["attachments"]).update(article=gone)
    kept.tags = [tag for tag in kept.tags if tag not in taken["tags"]]
    kept.environment_facets = {
        name: value
        for name, value in kept.environment_facets.items()
        if taken["facets"].get(name) != value
    }
    kept.view_count = max(kept.view_count - taken["views"], 0)
    kept.helped_count = max(kept.helped_count - taken["helped"], 0)
    for article in (kept, gone):
        article.open_flags = article.flags.open().count()
        article.save(
            update_fields=[
                "tags",
                "environment_facets",
                "view_count",
                "helped_count",
                "open_flags",
            ]
        )
    record(kept, Verb.UNMERGED, by=by, origin=("article", gone.number))
    record(gone, Verb.UNMERGED, by=by, origin=("article", kept.number))
    index.write(kept)
    index.write(gone)


def _unsay(kept: Article, gone: Article, *, by: User, before: int, merged: int) -> None:
    """Take back what the merge wrote, part by part; what somebody wrote since stays."""
    was: Version = kept.versions.get(number=before)
    then: Version = kept.versions.get(number=merged)
    now = kept.words()
    # Another language may have become the master since; then its text was not the merge's.
    if before == merged or then.language != kept.language:
        return
    words: dict[str, Any] = {
        name: value
        for name, value in was.words().items()
        if name != "parts" and now[name] == then.words()[name] and now[name] != value
    }
    further = {
        key: was.parts.get(key, "") if value == then.parts.get(key, "") else value
        for key, value in kept.parts.items()
    }
    if further != kept.parts:
        words["parts"] = further
    if kept.confidence == Confidence.VALIDATED and not words.get("resolution", "x").strip():
        del words["resolution"]
    if not words:
        return
    whole = {**now, **words} == was.words()
    next_version(
        kept,
        words,
        by=by,
        origin=("article", gone.number),
        note=_("Merge with %(number)s undone") % {"number": gone.number},
        restored_from=before if whole else merged,
    )


def _return_suggestions(kept: Article, gone: Article, taken: dict[str, Any]) -> None:
    was = {one["id"]: one for one in taken["suggestions"]}
    for suggestion in Suggestion.objects.filter(
        pk__in=was, article=kept, state=Suggestion.State.OPEN
    ):
        for name, value in was[suggestion.pk]["words"].items():
            setattr(suggestion, name, value)
        suggestion.article, suggestion.base = gone, was[suggestion.pk]["base"]
        suggestion.save()


def _return_translations(
    kept: Article, gone: Article, taken: dict[str, Any], *, by: User
) -> None:
    was = {one["id"]: one for one in taken["translations"]}
    for translation in kept.translations.filter(pk__in=was):
        if translation.language == gone.language:
            continue  # another language became a master since: this is not that one's text
        old = was[translation.pk]
        if translation.version_number == old["made"]:
            translation.article, translation.version_number = gone, old["version"]
            translation.base, translation.outdated_at = old["base"], old["outdated_at"]
        else:
            # Somebody went on writing: their text comes along.
            _hand_over(translation, gone, came_from=kept, by=by)
            translation.base = gone.version_number
        translation.save()
