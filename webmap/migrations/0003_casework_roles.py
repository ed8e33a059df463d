"""The roles of casework get the names of the standard."""

from django.db import migrations

NAMES = {"网格员": "监督员", "指挥中心": "派遣员"}


def _rename(apps, names):
    groups = apps.get_model("auth", "Group").objects
    for old, new in names.items():
        if not groups.filter(name=new).exists():
            groups.filter(name=old).update(name=new)


class Migration(migrations.Migration):
    dependencies = [("webmap", "0002_external_identities"), ("auth", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, _: _rename(apps, NAMES),
            lambda apps, _: _rename(apps, {new: old for old, new in NAMES.items()}),
        )
    ]
