"""The indexes that are aside while a first load fills a register (``versions.upkeep``)."""

from django.db import migrations

ASIDE = """
CREATE TABLE versions_aside (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, definition text NOT NULL)
"""


class Migration(migrations.Migration):
    dependencies = [("versions", "0007_recorded_at")]

    operations = [migrations.RunSQL(ASIDE, "DROP TABLE versions_aside")]
