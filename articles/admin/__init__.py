"""Knowledge, administered: what was written is changed by the verbs, what happened is shown.
Each noun has a module of its own; importing them here is what registers them."""

from articles.admin import articles, events, remarks, standards, templates

__all__ = ["articles", "events", "remarks", "standards", "templates"]
