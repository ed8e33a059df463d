"""Personal columns hold tokens; their values move into the vault."""

from django.db import migrations

from spatial.sealed.fields import SealedField
from spatial.sealed.sealing_columns import SealColumns


class Migration(migrations.Migration):
    atomic = False  # in batches; ended half-way it goes on

    dependencies = [
        ("hazards", "0006_in_districts"),
        ("sealed", "0001_initial"),
    ]

    operations = [
        SealColumns(
            "hazardsite",
            {
                "monitor": SealedField("监测人", kind="name", max_length=60, blank=True),
                "monitor_phone": SealedField(
                    "监测人电话", kind="telephone", max_length=30, blank=True
                ),
            },
        ),
    ]
