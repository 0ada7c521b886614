"""People, teams, the product tree, the organisation's choices and the rights, administered.
Importing the modules here is what registers their classes."""

from people.admin import accounts, places, site

__all__ = ["accounts", "places", "site"]
