"""The API of knowledge: articles with their versions and states, flags, suggestions, feedback."""

from articles.api.articles import Articles
from articles.api.review import Comments, Flags
from articles.api.templates import (
    ContentStandard,
    Hints,
    OneTemplate,
    TemplateCopy,
    Templates,
)

__all__ = [
    "Articles",
    "Comments",
    "ContentStandard",
    "Flags",
    "Hints",
    "OneTemplate",
    "TemplateCopy",
    "Templates",
]
