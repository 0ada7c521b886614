"""Recognition by value: what others did with somebody's knowledge, and thanks for it."""
