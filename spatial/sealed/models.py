"""The vault of personal values, and the blind indexes by which they are found."""

from django.db import models

BYTES = "C"  # compared byte by byte: tokens have no order of a language, and the index is faster


class SealedValue(models.Model):
    """One personal value: what a token in a register stands for.

    ``register``, ``column`` and ``code`` say where it stands, and are what the ciphertext is
    bound to; ``mask`` is what those are shown who may not read the value.
    """

    token = models.TextField("令牌", primary_key=True, db_collation=BYTES)
    register = models.TextField("登记簿", db_collation=BYTES)
    column = models.TextField("列", db_collation=BYTES)
    code = models.TextField("编码", db_collation=BYTES)
    ciphertext = models.BinaryField("密文")
    key_id = models.PositiveSmallIntegerField("密钥")  # N of the file vault-N.key
    mask = models.TextField("掩码")
    sealed_at = models.DateTimeField("密封时间", db_default=models.functions.Now())

    class Meta:
        verbose_name = verbose_name_plural = "密封值"

    def __str__(self) -> str:
        return f"{self.register} {self.code} {self.column}"


class BlindIndex(models.Model):
    """A search digest of a sealed value, made with a key of its own."""

    pk = models.CompositePrimaryKey("digest", "token")
    digest = models.BinaryField("检索摘要")
    token = models.TextField("令牌", db_collation=BYTES)

    class Meta:
        verbose_name = verbose_name_plural = "检索摘要"

    def __str__(self) -> str:
        return self.token


class SealingKey(models.Model):
    """The check value of a key that this database was sealed with; never the key."""

    name = models.CharField("密钥", max_length=40, primary_key=True)
    check_value = models.CharField("核对值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "密封密钥"

    def __str__(self) -> str:
        return self.name
