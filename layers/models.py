"""What the sharing of data leaves behind: who read which personal data, and when."""

from typing import ClassVar

from django.db import models


class PersonalRead(models.Model):
    """One reading of personal data in full. Rows are only ever added."""

    at = models.DateTimeField("时间", auto_now_add=True)
    who = models.CharField("查阅人", max_length=150)
    layer = models.CharField("图层", max_length=40)
    code = models.CharField("编码", max_length=40)
    fields = models.CharField("字段", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "个人信息查阅记录"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="personal_read_at"),
            models.Index(fields=["who", "at"], name="personal_read_who"),
            models.Index(fields=["layer", "code"], name="personal_read_what"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.layer}/{self.code}"
