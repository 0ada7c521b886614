"""Pages of knowledge: one article, its history, the editor, the list, the flags."""

from articles.views.doors import capitals
from articles.views.finding import listed, pick, search
from articles.views.history import compare, history, restore, version, versions
from articles.views.hooks import on_open, on_search
from articles.views.reading import counted, detail, flag, rate, restate
from articles.views.review import accept, decline, flags, reject, resolve, suggestion, take
from articles.views.writing import create, duplicates, edit, preview

__all__ = [
    "accept",
    "capitals",
    "compare",
    "counted",
    "create",
    "decline",
    "detail",
    "duplicates",
    "edit",
    "flag",
    "flags",
    "history",
    "listed",
    "on_open",
    "on_search",
    "pick",
    "preview",
    "rate",
    "reject",
    "resolve",
    "restate",
    "restore",
    "search",
    "suggestion",
    "take",
    "version",
    "versions",
]
