"""Refused writes, one row each; the database keeps them as they were written."""

from django.db import migrations, models

KEPT = """
CREATE OR REPLACE FUNCTION layers_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = '23514';
END $body$;
CREATE TRIGGER layers_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON layers_refusedwrite
    FOR EACH STATEMENT EXECUTE FUNCTION layers_refuse_edit();
"""


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
        migrations.RunSQL(
            KEPT,
            "DROP TRIGGER layers_only_added ON layers_refusedwrite;"
            " DROP FUNCTION layers_refuse_edit();",
        ),
    ]
