"""Ask a colleague when search fails; the answer becomes a draft article in one act."""
