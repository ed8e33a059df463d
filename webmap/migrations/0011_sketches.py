"""Sketches that people keep."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webmap", "0010_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedSketch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("features", models.JSONField(default=list, verbose_name="图形")),
                ("number", models.PositiveIntegerField(default=0, verbose_name="图形数")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "link",
                    models.CharField(blank=True, default="", max_length=43, verbose_name="链接"),
                ),
                (
                    "audience",
                    models.CharField(
                        blank=True,
                        choices=[("", "不共享"), ("signed_in", "登录用户"), ("public", "任何人")],
                        default="",
                        max_length=9,
                        verbose_name="共享范围",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="绘制时间")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="修改时间")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="绘制人",
                    ),
                ),
            ],
            options={
                "verbose_name": "草图",
                "verbose_name_plural": "草图",
                "ordering": ["-changed_at"],
                "indexes": [models.Index(fields=["owner", "-changed_at"], name="sketch_owner")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("link", ""), _negated=True),
                        fields=("link",),
                        name="one_sketch_per_link",
                    )
                ],
            },
        ),
    ]
