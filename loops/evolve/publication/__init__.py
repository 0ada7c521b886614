"""Publication: which internal articles customers should read, by a person's decision or a rule."""
