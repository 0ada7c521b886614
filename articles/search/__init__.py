"""Search, the first act of the solve loop: analyzer, index, query, snippets, measuring.

`index` writes what `query` reads, in the article's own transaction; `analyzer` is the one
function that turns text into terms for both.
"""
