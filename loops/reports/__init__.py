"""The reports of the self-assessment: one figure, one file, every number with its records."""
