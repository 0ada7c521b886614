"""Weeks begin and end where the organisation is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from loops.models import TicketTopic, Topic
from people.models import SiteSettings
from tests import make
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_topic_s_weeks_are_those_of_the_organisation(client):
    """Half an hour into Monday in Auckland it is Sunday in UTC."""
    SiteSettings.load()
    SiteSettings.objects.update(time_zone="Pacific/Auckland")
    own = ZoneInfo("Pacific/Auckland")
    today = timezone.localdate(timezone=own)
    monday = today - timedelta(days=today.weekday())
    topic = Topic.objects.create(kind="unknown", name="Recipes")
    for minutes in (30, -30):
        ticket = make.ticket()
        at = datetime(monday.year, monday.month, monday.day, tzinfo=own)
        at += timedelta(minutes=minutes)
        Ticket.objects.filter(pk=ticket.pk).update(created_at=at)
        TicketTopic.objects.create(ticket=ticket, topic=topic, source="likeness", score=1)
    client.force_login(make.coach())
    table = client.get(
        reverse("insights:topic", args=[topic.pk]), {"chart": "weeks", "format": "csv"}
    )
    weeks = [row.split(",")[-1] for row in table.text.strip().splitlines()[-2:]]
    assert weeks == ["1", "1"]
