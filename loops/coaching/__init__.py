"""Coaching: samples of somebody's work, what a coach saw in them, and what follows from it."""
