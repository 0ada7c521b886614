"""Knowledge: articles with their fixed parts, their versions, and what people say of them."""

from articles.models.address import Address
from articles.models.article import (
    Article,
    ArticleEvent,
    Attachment,
    Schedule,
    Translation,
    Version,
    View,
)
from articles.models.remarks import Feedback, Flag, Suggestion
from articles.models.template import Criterion, Standard, Template
from articles.models.words import (
    EXTERNAL,
    LANGUAGE_LENGTH,
    PARTS,
    TEXT,
    Audience,
    Confidence,
    Governance,
    Origin,
    Words,
)
from articles.search.models import CorpusStat, Document, Posting, Term

__all__ = [
    "EXTERNAL",
    "LANGUAGE_LENGTH",
    "PARTS",
    "TEXT",
    "Address",
    "Article",
    "ArticleEvent",
    "Attachment",
    "Audience",
    "Confidence",
    "CorpusStat",
    "Criterion",
    "Document",
    "Feedback",
    "Flag",
    "Governance",
    "Origin",
    "Posting",
    "Schedule",
    "Standard",
    "Suggestion",
    "Template",
    "Term",
    "Translation",
    "Version",
    "View",
    "Words",
]
