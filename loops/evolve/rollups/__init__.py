"""Figures of days and months, counted from the rows: how, when, and how they are read."""
