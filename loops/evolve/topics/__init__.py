"""What is asked, and what of it has no answer: topics, gaps, bursts, missed answers.

Only jobs import the modules below this package: they load numpy and scikit-learn, which a web
worker never needs. Pages read the rows that the jobs wrote.
"""
