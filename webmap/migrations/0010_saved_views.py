"""Saved views of the attribute table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("webmap", "0009_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(max_length=60, verbose_name="图层")),
                ("title", models.CharField(max_length=40, verbose_name="名称")),
                ("state", models.JSONField(verbose_name="内容")),
                ("is_shared", models.BooleanField(default=False, verbose_name="共享")),
                ("saved_at", models.DateTimeField(auto_now=True, verbose_name="保存时间")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="保存人",
                    ),
                ),
            ],
            options={
                "verbose_name": "表格视图",
                "verbose_name_plural": "表格视图",
                "indexes": [models.Index(fields=["layer", "is_shared"], name="saved_view_shared")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "layer", "title"), name="one_view_per_title"
                    )
                ],
            },
        ),
    ]
