"""Pages of coaching: the list, one person, one review, and what is done there."""
