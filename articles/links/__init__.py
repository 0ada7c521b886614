"""Broken links: found in the articles, asked of their servers, and flagged with the passage.

`check` is the job. `reading` finds addresses in texts, `asking` asks other servers.
"""

from articles.links.checking import check

__all__ = ["check"]
