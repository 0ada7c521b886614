"""The figures' arithmetic: nothing here knows a ticket or an article."""
