"""Real input: tickets and articles from files of others and our own, by COPY."""
