"""The project: wiring, no domain."""

from kcs.celery import app as celery_app

__all__ = ["celery_app"]
