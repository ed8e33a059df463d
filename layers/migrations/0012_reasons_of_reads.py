"""Readings of personal values have a reason."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("layers", "0011_applications_are_matters")]

    operations = [
        migrations.AddField(
            model_name="personalread",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="事由"),
            preserve_default=False,
        ),
    ]
