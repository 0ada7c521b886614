"""Search, the first act of the solve loop: analyzer, index, query, snippets, measuring.

`index` writes what `query` reads, in the article's own transaction; `analyzer` is the one
function that turns text into terms for both.
"""

# Likeness of a draft to an article, 0 to 1: shown while one writes, asked about before saving.
SHOWN = 0.12
LIKELY = 0.35
