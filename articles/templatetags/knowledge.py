"""Names for values that stand in rows: languages and roles."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

ROLES = {
    "candidate": _("Candidate"),
    "contributor": _("Contributor"),
    "publisher": _("Publisher"),
    "administrator": _("Administrator"),
    "partner": _("Partner"),
    "customer": _("Customer"),
    "visitor": _("Visitor"),
}


@register.filter
def role_named(role: str) -> object:
    """Under which role a reader was counted."""
    return ROLES.get(role, role)


@register.filter
def language_named(code: str) -> object:
    """A language in the reader's words, else in its own."""
    known = dict(settings.LANGUAGES)
    return known.get(code) or LANG_INFO.get(code, {}).get("name_local") or code


@register.filter
def uses(times: int) -> str:
    """How often an article was used, in words."""
    return _uses(times, get_language() or "en")


@lru_cache(maxsize=2048)
def _uses(times: int, _language: str) -> str:
    return ngettext("%(n)s use", "%(n)s uses", times) % {"n": times}


@register.filter
def percent(share: float) -> str:
    return f"{round(share * 100)} %"
