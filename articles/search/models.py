"""The tables of the search index. Their SQL stands in the migration 0003_search.

They are unmanaged because Django cannot say `PRIMARY KEY … INCLUDE`, `real` and storage
parameters. None has a foreign key that PostgreSQL would check for every posting; a trigger
takes an article's document and postings away with the article.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Term(models.Model):
    """A word of the base, stemmed, and in how many articles it stood at the last refresh.

    The id is a hash of language and term, so that a save need not look a term up, and two
    saves never wait for each other about a new one.
    """

    id = models.BigIntegerField(primary_key=True)
    language = models.CharField(max_length=12)
    term = models.TextField()
    df = models.IntegerField()

    class Meta:
        managed = False
        db_table = "articles_term"

    def __str__(self) -> str:
        return f"{self.language}:{self.term}"


class NewTerm(models.Model):
    """A word that a save met for the first time; `refresh_stats` moves it to the terms.

    Append-only and without a unique key: nobody waits here.
    """

    id = models.BigAutoField(primary_key=True)
    term_id = models.BigIntegerField()
    language = models.CharField(max_length=12)
    term = models.TextField()

    class Meta:
        managed = False
        db_table = "articles_newterm"

    def __str__(self) -> str:
        return f"{self.language}:{self.term}"


class Posting(models.Model):
    """That an article has a term, and how much that says about it.

    `impact` counts the whole text and the demand field, `outside` only the text that outside
    readers may see. `fields` and `outside_fields` are bit masks: where the term stands.
    """

    pk = models.CompositePrimaryKey("term_id", "article_id")
    term_id = models.BigIntegerField()
    article_id = models.IntegerField()
    impact = models.FloatField()
    outside = models.FloatField()
    fields = models.SmallIntegerField()
    outside_fields = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "articles_posting"

    def __str__(self) -> str:
        return f"{self.term_id} in {self.article_id}"


class Document(models.Model):
    """What the index holds of one article: its terms, field lengths and demand words."""

    article_id = models.BigIntegerField(primary_key=True)
    language = models.CharField(max_length=12)
    spaces = ArrayField(models.TextField())  # the languages its terms belong to
    lengths = ArrayField(models.IntegerField())  # words per field, in the order of FIELDS
    terms = ArrayField(models.BigIntegerField())  # the term ids of its postings, sorted
    demand = models.JSONField(default=list)  # [[language, term, count], …] of its tickets

    class Meta:
        managed = False
        db_table = "articles_document"

    def __str__(self) -> str:
        return f"document of {self.article_id}"


class CorpusStat(models.Model):
    """Figures about the whole base that weights need, refreshed in batch.

    One row per language of terms holds how many articles have such terms; the row with the
    language "*" holds the average field lengths that every impact in the index was made with.
    """

    language = models.CharField(max_length=12, primary_key=True)
    articles = models.IntegerField(default=0)
    averages = ArrayField(models.FloatField(), default=list)
    refreshed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "articles_corpus"

    def __str__(self) -> str:
        return self.language
