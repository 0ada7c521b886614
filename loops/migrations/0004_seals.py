"""A version that a review judged, or that a recall names, never changes any more."""

from django.db import migrations

SEALS = """
create trigger loops_sample_seals after insert on loops_sample
  for each row when (new.version_id is not null) execute function articles_seal_version();
create trigger loops_recallitem_seals after insert on loops_recallitem
  for each row execute function articles_seal_version();
"""
UNDO = """
drop trigger loops_recallitem_seals on loops_recallitem;
drop trigger loops_sample_seals on loops_sample;
"""


class Migration(migrations.Migration):
    dependencies = [("loops", "0003_upkeep"), ("articles", "0004_lifecycle")]
    operations = [migrations.RunSQL(SEALS, UNDO)]
