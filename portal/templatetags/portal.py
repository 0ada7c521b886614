"""Addresses and counts of the help centre, in words."""

from django import template
from django.utils.translation import ngettext

from portal.addresses import address

register = template.Library()


@register.simple_tag
def help_article(number: str, title: str) -> str:
    return address(number, title)


@register.filter
def helped(readers: int) -> str:
    """How many readers said that it helped."""
    said = ngettext("Helped %(n)s reader", "Helped %(n)s readers", readers)
    return said % {"n": readers}


@register.filter
def solved(times: int) -> str:
    """How often it was the answer to a request."""
    return ngettext("Solved %(n)s request", "Solved %(n)s requests", times) % {"n": times}
