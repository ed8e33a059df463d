"""Refused writes, one row each; ``AppendOnly`` has the database keep them as they were written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("layers", "0008_dismissed_jobs")]

    operations = [
        migrations.CreateModel(
            name="RefusedWrite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("who", models.CharField(max_length=150, verbose_name="使用者")),
                ("key", models.BigIntegerField(default=0, verbose_name="密钥")),
                ("operation", models.CharField(max_length=10, verbose_name="操作")),
                ("target", models.CharField(blank=True, max_length=300, verbose_name="对象")),
                ("layer", models.CharField(blank=True, max_length=40, verbose_name="图层")),
                ("status", models.PositiveSmallIntegerField(verbose_name="答复")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="理由")),
            ],
            options={
                "verbose_name": "被拒绝的写入",
                "verbose_name_plural": "被拒绝的写入",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["at"], name="refused_write_at"),
                    models.Index(fields=["who", "at"], name="refused_write_who"),
                ],
            },
        ),
    ]
