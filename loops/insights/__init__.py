"""Insights: what managers and domain experts open on Monday morning."""
