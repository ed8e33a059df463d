"""Personal columns hold tokens; their values move into the vault."""

from django.db import migrations

from spatial.sealed.fields import SealedField
from spatial.sealed.sealing_columns import SealColumns


class Migration(migrations.Migration):
    atomic = False  # in batches; ended half-way it goes on

    dependencies = [
        ("grid", "0025_members"),
        ("sealed", "0001_initial"),
    ]

    operations = [
        SealColumns(
            "case",
            {
                "reporter_name": SealedField(
                    "举报人姓名", kind="name", max_length=60, blank=True
                ),
                "reporter_phone": SealedField(
                    "举报人电话", kind="telephone", max_length=30, blank=True
                ),
            },
        ),
    ]
