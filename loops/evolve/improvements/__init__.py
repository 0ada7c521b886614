"""Improvements: what somebody should write, fix, merge, publish, archive, or fix in the product;
proposed from evidence, decided by people, and measured after it shipped."""
