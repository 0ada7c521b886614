"""Names for values that stand in rows: languages and roles."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from articles.models import Feedback, Flag

register = template.Library()

# Where feedback was left.
CHANNELS = {
    "web": _("Article page"),
    "help": _("Help centre"),
    "api": _("API"),
}
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
def channel_named(channel: str) -> object:
    """Where something was said."""
    return CHANNELS.get(channel, channel)


@register.filter
def hours_named(hours: float | None) -> str:
    """How long somebody waited for an answer: in hours, as it is reported; minutes below one."""
    if hours is None:
        return ""
    if hours < 1:
        minutes = round(hours * 60)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    whole = round(hours)
    return ngettext("%(n)s hour", "%(n)s hours", whole) % {"n": whole}


@register.filter
def remark_what(remark: Flag | Feedback) -> str:
    """ "flag" or "feedback": a part of the row's id, which both kinds need."""
    return "flag" if isinstance(remark, Flag) else "feedback"


@register.simple_tag
def remark_url(remark: Flag | Feedback, verb: str) -> str:
    """Where a verb of the queue is posted to: flags and feedback have the same ones."""
    suffix = "" if isinstance(remark, Flag) else "_feedback"
    return reverse(f"articles:{verb}{suffix}", args=[remark.pk])


@register.filter
def percent(share: float) -> str:
    return f"{round(share * 100)} %"
