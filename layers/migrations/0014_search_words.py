"""Words of the searched texts with their pinyin, and up to where they have been read."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("layers", "0013_search_texts")]

    operations = [
        migrations.CreateModel(
            name="SearchState",
            fields=[
                (
                    "layer",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="图层"
                    ),
                ),
                ("fields", models.TextField(verbose_name="字段")),
                ("number", models.BigIntegerField(verbose_name="修订号")),
            ],
            options={"verbose_name": "检索词进度", "verbose_name_plural": "检索词进度"},
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=12, verbose_name="词")),
                ("spelling", models.CharField(max_length=100, verbose_name="拼音")),
                (
                    "pinyin",
                    models.CharField(db_collation="C", max_length=100, verbose_name="连写"),
                ),
                (
                    "initials",
                    models.CharField(db_collation="C", max_length=12, verbose_name="首字母"),
                ),
                ("sources", ArrayField(models.TextField(), size=None, verbose_name="出处")),
            ],
            options={
                "verbose_name": "检索词",
                "verbose_name_plural": "检索词",
                "indexes": [
                    models.Index(fields=["pinyin"], name="search_word_pinyin"),
                    models.Index(fields=["initials"], name="search_word_initials"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["word", "spelling"], name="one_search_word")
                ],
            },
        ),
    ]
