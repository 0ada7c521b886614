"""Keyset paging: a page begins after the last row of the one before, whatever comes in between."""

from rest_framework.pagination import CursorPagination


class ApiPages(CursorPagination):
    """Cursor pages of the API. No totals: counting a million rows helps nobody."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-pk"
