"""The texts of the product in its languages: found, compiled and checked, all in Python.

    python -m kcs.translations extract    bring new texts into locale/, take unused ones out
    python -m kcs.translations compile    write the .mo files that Django reads
    python -m kcs.translations check      say what is missing; part of `make lint`

Texts are English in the source. A text of another language is complete when every source text
has one, none is marked fuzzy, and the placeholders are the same: with a lost `%(name)s` a page
would fail in that language alone.
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("ru", "he")
# Where texts are: the applications, and nothing that merely lies beside them.
PLACES = ("kcs", "people", "articles", "tickets", "loops", "portal", "templates", "static/js")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# What Django's `templatize` makes of template tags: calls with plain strings.
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(gettext|ngettext|pgettext|npgettext|_)\(({STRING}(?:, ?{STRING})*)")
# Dates, people and tools: they would change with every edit, and git knows them better.
NOISE = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Project-Id-Version|Report-Msgid-Bugs-To'
    rb"|Last-Translator|Language-Team|Generated-By): .*\n",
    re.MULTILINE,
)
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w*)\}")

Found = tuple[int, str | tuple[str, ...], str | None]  # line, text (and plural), context


def python_texts(path: Path) -> Iterator[Found]:
    with path.open("rb") as source:
        for line, text, _comments, context in extract("python", source, keywords=KEYWORDS):
            yield line, text, context


def script_texts(path: Path) -> Iterator[Found]:
    with path.open("rb") as source:
        for line, text, _comments, context in extract("javascript", source, keywords=KEYWORDS):
            yield line, text, context


def template_texts(path: Path) -> Iterator[Found]:
    """Texts of {% translate %}, {% blocktranslate %} and _("…") in a Django template."""
    from django.utils.translation.template import templatize

    source = templatize(path.read_text(), origin=str(path))
    for call in CALL.finditer(source):
        name = call[1]
        texts = [ast.literal_eval(text) for text in re.findall(STRING, call[2])]
        context = texts.pop(0) if "p" in name.removesuffix("gettext") else None
        plural = "n" in name.removesuffix("gettext")
        line = source.count("\n", 0, call.start()) + 1
        yield line, tuple(texts[:2]) if plural else texts[0], context


READERS = {
    "django": {".py": python_texts, ".html": template_texts, ".txt": template_texts},
    "djangojs": {".js": script_texts},
}


def sources(domain: str) -> Catalog:
    """Every text of the source, with the files that it stands in."""
    found = Catalog(domain=domain, charset="utf-8")
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            reader = READERS[domain].get(path.suffix)
            if reader is None or "migrations" in path.parts:
                continue
            name = path.relative_to(ROOT).as_posix()
            for line, text, context in reader(path):
                found.add(text, locations=[(name, line)], context=context)
    return found


def po_path(language: str, domain: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def load(language: str, domain: str) -> Catalog:
    path = po_path(language, domain)
    if not path.exists():
        return Catalog(locale=language, domain=domain, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def extract_all() -> Iterator[str]:
    """Bring the source's texts into every language's file. Says what each still needs."""
    for domain in READERS:
        template = sources(domain)
        if not len(template):
            continue
        for language in LANGUAGES:
            catalog = load(language, domain)
            catalog.update(template, no_fuzzy_matching=True)
            path = po_path(language, domain)
            path.parent.mkdir(parents=True, exist_ok=True)
            catalog.header_comment = "# `make messages` keeps this in step with the source."
            written = BytesIO()
            write_po(written, catalog, include_lineno=False, ignore_obsolete=True, width=96)
            path.write_bytes(NOISE.sub(b"", written.getvalue()))
            missing = sum(1 for message in texts(catalog) if not translated(message))
            yield f"{path.relative_to(ROOT)}: {len(catalog)} texts, {missing} to translate"


def compile_all() -> None:
    """Write each .mo file that is missing or older than its texts."""
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        # Two starts at once must not take each other's half-written file.
        half = path.with_suffix(f".{os.getpid()}.half")
        with half.open("wb") as file:
            write_mo(file, load(path.parent.parent.name, path.stem))
        half.replace(compiled)


def problems() -> Iterator[str]:
    """What keeps a language from being complete, a sentence for each text."""
    for domain in READERS:
        template = sources(domain)
        for language in LANGUAGES:
            catalog = load(language, domain)
            known = {(message.id, message.context): message for message in texts(catalog)}
            for message in texts(template):
                where = message.locations[0][0] if message.locations else ""
                told = f"{language}: {shown(message)} ({where})"
                theirs = known.pop((message.id, message.context), None)
                if theirs is None:
                    yield f"{told} is not in {po_path(language, domain).name}: make messages"
                elif not translated(theirs):
                    yield f"{told} is not translated"
                elif theirs.fuzzy:
                    yield f"{told} is marked fuzzy"
                elif lost := placeholders_differ(theirs):
                    yield f"{told} has other placeholders: {lost}"
            for left in known.values():
                yield f"{language}: {shown(left)} is no longer used: make messages"


def texts(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def translated(message: Message) -> bool:
    return (
        all(message.string)
        if isinstance(message.string, tuple | list)
        else bool(message.string)
    )


def shown(message: Message) -> str:
    text = forms(message.id)[0]
    return repr(text if len(text) < 60 else f"{text[:57]}…")


def placeholders_differ(message: Message) -> str:
    """The placeholders that one side has and the other has not.

    A plural form may leave one out ("one ticket"), but not bring one that is not there.
    """
    ours = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
    plural = len(forms(message.id)) > 1
    for text in forms(message.string):
        has = set(PLACEHOLDER.findall(text))
        if has - ours or (ours - has and not plural):
            return ", ".join(sorted("".join(names) for names in has ^ ours))
    return ""


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """The text in each of its numbers; most texts have only one."""
    return list(text) if isinstance(text, tuple | list) else [text or ""]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["extract"]:
            for line in extract_all():
                say(line)
            return 0
        case ["compile"]:
            compile_all()
            return 0
        case ["check"]:
            found = list(problems())
            for problem in found[:40]:
                say(problem)
            say(f"Translations: {len(found)} to mend." if found else "Translations: complete.")
            return bool(found)
    say("Say what to do: extract, compile or check.")
    return 2


def say(sentence: str) -> None:
    print(sentence)  # noqa: T201  (a command line's answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
