"""Personal columns hold tokens; their values move into the vault."""

from django.db import migrations

from spatial.sealed.fields import SealedField
from spatial.sealed.sealing_columns import SealColumns


class Migration(migrations.Migration):
    atomic = False  # in batches; ended half-way it goes on

    dependencies = [
        ("parcels", "0005_in_districts"),
        ("sealed", "0001_initial"),
    ]

    operations = [
        SealColumns(
            "parcel",
            {"right_holder": SealedField("权利人", kind="name", max_length=200, blank=True)},
        ),
        SealColumns(
            "building",
            {"owner": SealedField("产权人", kind="name", max_length=200, blank=True)},
        ),
    ]
