"""Names for values that stand in rows: languages and roles."""

from django import template
from django.conf import settings
from django.conf.locale import LANG_INFO
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
def percent(share: float) -> str:
    return f"{round(share * 100)} %"
