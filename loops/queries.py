"""Questions about links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from loops.models import Link  # noqa: F401  (named in strings)


class LinkQuerySet(models.QuerySet["Link"]):
    def resolutions(self) -> LinkQuerySet:
        """The links that count as reuse."""
        return self.filter(kind="resolution")
