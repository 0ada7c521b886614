"""What the content standard would say of a text that is being written: calm hints, never a gate.

Pure functions over the words of one article. They would rather miss something than nag: each
finds only what is hardly ever meant so, and whoever writes can wave it away. Language matters to
some of them (English, Russian, Hebrew); in any other language those keep silent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from articles.search import analyzer
from articles.search.analyzer import base_language

LONG = 40  # words of a sentence that nobody reads in a hurry
PASSAGE = 90  # characters of the place that are quoted
MOST_ACRONYMS = 3
MOST_ACTIONS = 3
MOST_READ = 20_000  # characters of a part


@dataclass(frozen=True)
class Hint:
    """One thing to look at: in which part, the place itself, and the criterion it belongs to."""

    code: str
    part: str
    message: str
    passage: str = ""
    criterion: str = ""

    @property
    def key(self) -> str:
        """What it is waved away by: the same remark about the same place is the same hint."""
        return f"{self.code}:{self.part}:{self.passage}"[:160]


def hints(
    words: Mapping[str, Any],
    *,
    language: str,
    tags: Collection[str] = (),
    facets: Mapping[str, Any] | None = None,
    confidence: str = "",
) -> list[Hint]:
    """What to look at in this text, the title first. Nothing while there is hardly a text."""
    read = _Read(words, base_language(language), tags, facets or {}, confidence)
    checks = (
        _generic_title,
        _title_in_other_words,
        _several_issues,
        _missing_environment,
        _openings,
        _long_sentences,
        _steps,
        _acronyms,
    )
    return [hint for check in checks for hint in check(read)]


class _Read:
    """The text as the checks read it: without code, addresses and Markdown's signs."""

    def __init__(
        self,
        words: Mapping[str, Any],
        language: str,
        tags: Collection[str],
        facets: Mapping[str, Any],
        confidence: str,
    ) -> None:
        self.language, self.confidence = language, confidence
        further = words.get("parts") or {}
        said = {
            n: words.get(n) for n in ("title", "issue", "environment", "resolution", "cause")
        }
        said |= {f"parts.{key}": value for key, value in further.items()}
        self.raw = {name: str(value or "")[:MOST_READ] for name, value in said.items()}
        self.parts = {name: _plain(value) for name, value in self.raw.items()}
        self.title = " ".join(self.parts.pop("title").split())
        self.around = " ".join([*tags, *facets, *(str(value) for value in facets.values())])
        self.facets = facets

    def __getitem__(self, part: str) -> str:
        return self.parts[part]


_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_ADDRESS = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)|https?://\S+|\S+@\S+")
_FENCE = re.compile(r"^[ \t]*:::.*$", re.MULTILINE)
_MARKS = re.compile(
    r"^[ \t]*(?:#{1,6}|>)[ \t]+|\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)", re.M
)
_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_STOP = re.compile(r"(?<=[.!?…])[\"”»)]*\s+")


def _plain(text: str) -> str:
    text = _CODE.sub(" ", text.replace("\r\n", "\n"))
    text = _ADDRESS.sub(lambda found: found[1] or " ", text)
    return _MARKS.sub("", _FENCE.sub("", text))


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines that say something, and whether each is an item of a list."""
    for line in text.split("\n"):
        if line.strip():
            yield _ITEM.sub("", line).strip(), bool(_ITEM.match(line))


def _sentences(text: str) -> Iterator[str]:
    for line, _is_item in _lines(text):
        yield from (said.strip() for said in _STOP.split(line) if said.strip())


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= PASSAGE else text[:PASSAGE].rsplit(" ", 1)[0] + "…"


def _count(text: str) -> int:
    return sum(1 for _word in analyzer.words(text))


# Findable -------------------------------------------------------------------------------------

# Words that stand in a hundred titles and tell none apart.
GENERIC = {
    "en": """problem problems issue issues error errors trouble help question questions bug bugs
        failure fault broken does not do doesn't work working works won't can't cannot please
        urgent with the a an my our is of in on it and""",
    "ru": """проблема проблемы ошибка ошибки сбой вопрос вопросы помогите срочно помощь не
        работает работают с со в на и у меня нас по""",
    "he": """בעיה בעיות תקלה תקלות שגיאה שגיאות שאלה שאלות עזרה דחוף לא עובד עובדת עם של ב את יש""",
}
GENERIC_WORDS = {language: frozenset(said.split()) for language, said in GENERIC.items()}


def _generic_title(read: _Read) -> Iterator[Hint]:
    known = GENERIC_WORDS.get(read.language)
    found = [word[0].lower() for word in analyzer.words(read.title)]
    if known is None or not found:
        return
    telling = [word for word in found if word not in known]
    if len(telling) == len(found) and len(found) > 1:
        return
    if len(telling) < 2 and not any(c.isdigit() for c in read.title):
        yield Hint(
            "title_generic",
            "title",
            _("Many articles could be called so. Say what is seen, and on what."),
            read.title,
            "findable",
        )


def _title_in_other_words(read: _Read) -> Iterator[Hint]:
    """The next one will type what this requester wrote."""
    title, issue = read.title, read["issue"]
    if _count(title) < 2 or _count(issue) < 6:
        return
    function = analyzer.function_terms(read.language)
    ours = set(analyzer.analyse(title, read.language)) - function
    if ours and not ours & set(analyzer.analyse(issue, read.language)):
        yield Hint(
            "title_words",
            "title",
            _("The title has none of the words of the issue. Use the requester's."),
            _short(title),
            "requester_words",
        )


# One issue ------------------------------------------------------------------------------------

SYMPTOMS = {
    "en": r"""\b(?:errors?|fail(?:s|ed|ing)?|crash\w*|slow\w*|blank|empty|freez\w+|frozen|stuck|
        missing|wrong|jams?|jammed|declin\w+|reject\w+|twice|hangs?|broken|lost|
        (?:does|do|did|is|are|was|were|has|have)(?:\s+not|n['’]t)|(?:ca|wo)n['’]t|cannot|
        no\s+longer)\b""",
    "ru": r"""\b(?:ошибк\w*|завис\w*|медленн\w*|пуст\w+|сбо[йяе]\w*|застр\w+|пропа\w+|отклон\w+|
        неверн\w*|неправильн\w*|дважды|не\s+[а-яё]{3,})\b""",
    "he": r"""(?<![א-ת])(?:שגיא\S*|תקל\S*|נתקע\S*|תקוע\S*|אטי\S*|איטי\S*|ריק\S*|קורס\S*|נדח\S*|
        נעלמ\S*|חסר\S*|פעמיים|לא\s+[א-ת]{2,}|אין\s+[א-ת]{2,})""",
}
SYMPTOM = {language: re.compile(said, re.I | re.X) for language, said in SYMPTOMS.items()}
JOINED = {
    "en": re.compile(r"\s+and\s+(?:also\s+)?|\s*&\s*|\s+/\s+|;\s+", re.I),
    "ru": re.compile(r"\s+и\s+(?:ещё\s+|также\s+)?|\s+/\s+|;\s+", re.I),
    "he": re.compile(r"\s+ו(?:גם\s+|ב)?(?=[א-ת])|\s+/\s+|;\s+"),
}
ANOTHER = {
    "en": re.compile(
        r"\b(?:and also\b|(?:another|a second|one more) (?:problem|issue|question|thing)\b"
        r"|secondly\b|the second (?:problem|issue|question)\b|besides that\b)",
        re.I,
    ),
    "ru": re.compile(
        r"\b(?:ещ[её] (?:одна проблема|один вопрос)|втор(?:ая проблема|ой вопрос)"
        r"|друг(?:ая проблема|ой вопрос)|во-вторых|и ещ[её]\b|кроме того)",
        re.I,
    ),
    "he": re.compile(r"(?:בעיה נוספת|שאלה נוספת|דבר נוסף|בעיה שנייה|ובנוסף|וגם יש|שנית[,:])"),
}
NUMBERED = re.compile(r"^[ \t]*\d{1,2}[.)][ \t]+\S.*$", re.MULTILINE)


def _several_issues(read: _Read) -> Iterator[Hint]:
    symptom, joined = SYMPTOM.get(read.language), JOINED.get(read.language)
    message = _("This sounds like two issues. Each is found better in an article of its own.")
    if symptom and joined:
        sides = [side for side in joined.split(read.title) if side]
        listed = [one for one in re.split(r"[,،]\s*|:\s+", read.title) if symptom.search(one)]
        if sum(1 for side in sides if symptom.search(side)) > 1 or len(listed) > 2:
            yield Hint("several_issues", "title", message, _short(read.title), "one_issue")
            return
    issue = read["issue"]
    another = ANOTHER.get(read.language)
    if another and (found := another.search(issue)):
        line = next(said for said in _sentences(issue) if found[0] in said)
        yield Hint("several_issues", "issue", message, _short(line), "one_issue")
        return
    asked = [said for said in _sentences(issue) if said.endswith("?") and _count(said) > 3]
    if len(asked) > 1:
        yield Hint("several_issues", "issue", message, _short(asked[1]), "one_issue")
        return
    numbered = NUMBERED.findall(read.parts["issue"])
    if symptom and sum(1 for line in numbered if symptom.search(line)) > 1:
        yield Hint("several_issues", "issue", message, _short(numbered[1]), "one_issue")


# Environment ----------------------------------------------------------------------------------

# Said where nothing was known: a product or a version is neither.
NOWHERE = re.compile(
    r"^(?:[-–—.]|n/?a|any|all|none|unknown|everywhere|standard|usual|"
    r"любая|любой|все|нет|неизвестно|обычная|הכול|הכל|לא ידוע|רגיל|כל)$",
    re.I,
)


def _missing_environment(read: _Read) -> Iterator[Hint]:
    if not (read.title and (read["issue"].strip() or read["resolution"].strip())):
        return
    said = " ".join(read["environment"].split())
    if not said and not read.facets:
        yield Hint(
            "environment_missing",
            "environment",
            _("Where does it happen? Name the product and its version."),
            "",
            "environment",
        )
    elif said and not read.facets and not _names_something(said):
        yield Hint(
            "environment_vague",
            "environment",
            _("Name the product or the version: a reader asks whether this is about them."),
            _short(said),
            "environment",
        )


def _names_something(said: str) -> bool:
    """A number, or a name: what begins with a capital within a line, or another script's."""
    if any(char.isdigit() for char in said):
        return True
    if NOWHERE.match(said):
        return False
    found = [word[0] for word in analyzer.words(said)]
    if any(word[0].isupper() for word in found[1:]) or any(
        any(char.isupper() for char in word[1:]) for word in found
    ):
        return True
    return not said.isascii() and any(word.isascii() and len(word) > 1 for word in found)


# Complete thoughts ----------------------------------------------------------------------------

OPENINGS = {
    "en": re.compile(
        r"^(?:dear\s+\w+|hello\b|hi\b(?=[ ,!])|good (?:morning|afternoon|evening)\b"
        r"|(?:today,? )?i (?:would|'d) like to\b|i am writing\b|i(?:'m| am) contacting\b"
        r"|as you (?:may |probably |all )?know\b|please note that\b|it (?:should|must) be noted\b"
        r"|it is (?:important|worth) (?:to note|noting)\b|first of all,? i\b"
        r"|(?:in )?this article (?:describes|explains|will|we)\b|we are sorry\b"
        r"|thank(?:s| you) for\b)",
        re.I,
    ),
    "ru": re.compile(
        r"^(?:здравствуйте|добрый (?:день|вечер)|доброе утро|уважаем\w+|коллеги[,!]"
        r"|хотел(?:а|ось)? бы\b|хочу сообщить|обратите внимание,? что|следует отметить"
        r"|необходимо отметить|стоит отметить|как известно|как вы знаете"
        r"|(?:в )?(?:этой|данной|данная|эта) стать[яеи]|спасибо за)",
        re.I,
    ),
    "he": re.compile(
        r"^(?:שלום(?= |,|$)|לכבוד|בוקר טוב|ערב טוב|היי[ ,]|עמיתים יקרים|ברצוני|אני רוצה ל"
        r"|רציתי ל|יש לציין|חשוב לציין|ראוי לציין|כידוע|כפי שידוע|(?:ב)?מאמר זה|תודה על)"
    ),
}


def _openings(read: _Read) -> Iterator[Hint]:
    pattern = OPENINGS.get(read.language)
    if pattern is None:
        return
    for part, text in read.parts.items():
        for said in _sentences(text):
            if pattern.match(said):
                yield Hint(
                    "filler",
                    part,
                    _("Begin with the thought itself: this opening can go."),
                    _short(said),
                    "complete_thoughts",
                )
                break


def _long_sentences(read: _Read) -> Iterator[Hint]:
    for part, text in read.parts.items():
        for said in _sentences(text):
            if (n := _count(said)) > LONG:
                yield Hint(
                    "long_sentence",
                    part,
                    _("%(n)s words in one sentence. Two short thoughts are read faster.")
                    % {"n": n},
                    _short(said),
                    "complete_thoughts",
                )
                break


# Resolution -----------------------------------------------------------------------------------

THEN = {
    "en": re.compile(
        r"(?:[,;]|\band\b)\s+(?:then|afterwards|after that)\b|\.\s+(?:then|after that|next),?\s",
        re.I,
    ),
    "ru": re.compile(
        r"[,;]\s+(?:а\s+)?(?:затем|потом|после этого)\b|\bи\s+(?:затем|потом)\b"
        r"|\.\s+(?:затем|потом|после этого)\b",
        re.I,
    ),
    "he": re.compile(
        r"(?:[,;.]\s+|\s)(?:ואז|ולאחר מכן|ואחר כך)(?![א-ת])|[.;]\s+(?:לאחר מכן|אחר כך)"
    ),
}


def _steps(read: _Read) -> Iterator[Hint]:
    text = read["resolution"]
    if not text.strip():
        if read.confidence in ("not_validated", "validated") and read["issue"].strip():
            yield Hint(
                "resolution_missing",
                "resolution",
                _("How is it solved? Until that is known it is work in progress."),
                "",
                "resolution",
            )
        return
    then = THEN.get(read.language)
    lines = list(_lines(text))
    items = [line for line, is_item in lines if is_item]
    if not items and len(lines) < 3:
        said = list(_sentences(text))
        several = len(said) > 3 or (then is not None and len(then.findall(text)) > 1)
        if several and _count(text) > 25:
            yield Hint(
                "resolution_steps",
                "resolution",
                _("Write it as steps, one action a line: somebody in a hurry follows it."),
                _short(text),
                "resolution",
            )
            return
    if then is None:
        return
    crowded = [line for line in items if _count(line) > 7 and then.search(line)]
    for line in crowded[:MOST_ACTIONS]:
        yield Hint(
            "several_actions",
            "resolution",
            _("Two actions in one step. Give each a line of its own."),
            _short(line),
            "resolution",
        )


# Acronyms -------------------------------------------------------------------------------------

# What everybody knows, words that are only shouted, and names of keys and signs.
SAID_BY_ALL = """
    AC AI AM AND API APP ATM CD CEO CPU CSV CVV DC DNS DVD EMV EN ESC EU EUR FAQ GB GBP GPS GPU GSM
    HDMI HE HR HTML HTTP HTTPS IBAN ID ILS IMEI IN IOS IP IS IT JPEG JPG JS JSON KB KT LAN LCD LED
    LTE MAC MB MS NFC NO NOT OFF OK ON OR OS PC PCI PDF PIN PM PNG QR RAM RGB RU RUB SD SIM SMS
    SQL SSD SSL TB TCP TLS TO TV UI UK UPS URL US USA USB USD UTC VAT VPN WC WIFI WLAN WPA WWW XLS
    XLSX XML YES ZIP ALL ANY BUT CAN DO FOR GET GO HAS IF LOG MAX MIN NEW NOW OFF OLD ONE OUT SEE
    SET THE TOP TWO UP USE WAS YOU II III IV VI VII
    США ЕС РФ НДС ИНН ПК ОС СМС ПИН ФИО НЕ НА ДА НЕТ И ИЛИ ДО ПО ЗА ОТ ИЗ МБ ГБ КБ ТБ
"""
KNOWN = frozenset(SAID_BY_ALL.split())
ACRONYM = re.compile(r"(?<![\w/.:#-])(?:[A-Z]{2,6}|[А-ЯЁ]{2,6})(?![\w/-]|\.\w)")


def _acronyms(read: _Read) -> Iterator[Hint]:
    everything = "\n".join([read.title, *read.parts.values()])
    around = f"{read.around}\n{read['environment']}".lower()
    told: set[str] = set()
    for part, text in {"title": read.title, **read.parts}.items():
        if part == "environment":
            continue
        for line in text.split("\n"):
            shouted = ACRONYM.findall(line)
            # A line in capitals is loud, and says nothing about acronyms.
            if len(shouted) > 3 and len(shouted) * 2 > _count(line):
                continue
            for acronym in shouted:
                if acronym in KNOWN or acronym in told or _expanded(acronym, everything):
                    continue
                if re.search(rf"(?<!\w){re.escape(acronym.lower())}(?!\w)", around):
                    continue
                told.add(acronym)
                yield Hint(
                    "acronym",
                    part,
                    _("Write out what %(acronym)s stands for, once: “… (%(acronym)s)”.")
                    % {"acronym": acronym},
                    acronym,
                    "complete_thoughts",
                )
                if len(told) == MOST_ACRONYMS:
                    return


def _expanded(acronym: str, text: str) -> bool:
    return bool(re.search(rf"\(\s*{acronym}\s*\)|(?<!\w){acronym}\s*(?:\(|[=:–—]\s)", text))
