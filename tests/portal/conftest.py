"""The help centre reads through a connection of its own, so what it shows must be committed.

One base for all tests of a file; what a test itself writes is taken back as ever.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from articles import actions
from articles.models import Article, Template
from people.models import SiteSettings
from tests import make
from tests.conftest import empty

# What must never be seen outside: each stands where its name says.
SECRETS = (
    "zzpassage", "zzpart", "zzcause", "zzinternal", "zzdraft", "zzunchecked", "zzarchived",
    "zzbranch", "zzlabel", "zzflag", "zzold", "zzspoken",
)  # fmt: skip


def base() -> SimpleNamespace:
    """Articles of every kind: for everybody, for customers, for partners, for nobody outside."""
    by = make.publisher(name="Priya Nair", email="priya@example.org")
    till = make.domain("till", name="Till")
    printers = make.domain("printers", parent=till, name="Printers")
    hidden = make.domain("zzbranch", name="zzbranch", parent=till)
    template = Template.objects.create(
        name="zzlabel",
        parts=[
            {"key": "check", "label": "How to check"},
            {"key": "desk", "label": "zzlabel", "internal": True},
        ],
    )
    a1 = make.public_article(
        by=by,
        title="Receipts come out blank",
        issue="White paper comes out of the printer",
        environment="Till 6.2 on a tablet",
        resolution="1. Turn the roll around.\n2. Close the lid.\n\n:::internal\nzzpassage\n:::",
        cause="The thermal side is down",
        parts={"check": "Scratch the paper", "desk": "zzpart"},
        template=template,
        domain=printers,
        environment_facets={"Till app": "6.2"},
        tags=["printer"],
    )
    actions.translate(
        a1,
        by=by,
        language="he",
        changes={
            "title": "הקבלות יוצאות ריקות",
            "issue": "נייר לבן יוצא",
            "resolution": "1. הפכו את הגליל.\n\n:::internal\nzzspoken\n:::",
        },
    )
    actions.flag(a1, by=by, kind="unclear", note="zzflag")
    a2 = make.public_article(by=by, title="The printer beeps", issue="Beeps", domain=printers)
    make.public_article(by=by, title="The drawer stays shut", issue="Shut", domain=till)
    customers = make.article(
        by=by, title="Invoices for customers", issue="canary-customer", confidence="validated",
        audience="customer", domain=till,
    )  # fmt: skip
    partners = make.article(
        by=by, title="Prices for partners", issue="canary-partner", confidence="validated",
        audience="partner", domain=till,
    )  # fmt: skip
    inside = make.article(
        by=by, title="zzinternal receipts blank", issue="blank receipts printer zzinternal",
        confidence="validated", domain=hidden,
    )  # fmt: skip
    draft = make.article(by=by, title="zzdraft receipts blank", confidence="wip", domain=till)
    make.article(by=by, title="zzunchecked receipts blank", domain=till)
    gone = make.public_article(by=by, title="zzarchived receipts blank", domain=till)
    actions.restate(gone, by=by, confidence="archived", reason="zzarchived")
    merged = make.public_article(by=by, title="zzold title", domain=till)
    Article.objects.filter(pk=merged.pk).update(confidence="archived", merged_into=a1)
    SiteSettings.load()
    return SimpleNamespace(
        by=by, a1=a1, a2=a2, customers=customers, partners=partners, inside=inside, draft=draft,
        gone=gone, merged=merged, till=till, printers=printers, hidden=hidden,
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with django_db_blocker.unblock():
        try:
            yield base()
        finally:
            empty()
