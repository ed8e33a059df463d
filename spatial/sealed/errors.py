"""What sealing and opening personal values refuse."""

from spatial.errors import SpatialError


class SealingError(SpatialError):
    """A personal value cannot be sealed or opened; the message says why and what to do."""


class KeyMissing(SealingError):
    """A key is not in the folder of the keys."""

    def __init__(self, name: str, folder: object) -> None:
        super().__init__(
            f"缺少密封密钥 {name}（目录 {folder}）；请从密钥备份恢复，不要另造新的"
            f" / the sealing key {name} is missing from {folder}: restore it from the backup"
        )


class WrongKey(SealingError):
    """A key is not the one that the database was sealed with, or no key at all."""

    def __init__(self, name: str, folder: object) -> None:
        super().__init__(
            f"密封密钥 {name}（目录 {folder}）与数据库所用的不同，或已损坏；请从密钥备份恢复"
            f" / the sealing key {name} in {folder} is not the one that this database was sealed with"
        )


class BrokenSeal(SealingError):
    """A ciphertext is gone, was changed, or belongs to another row."""

    def __init__(self, register: str, column: str, code: str) -> None:
        self.register, self.column, self.code = register, column, code
        super().__init__(
            f"{register} {code} 的 {column} 无法启封：密文缺失、被改动或属于另一行"
            f" / {column} of {register} {code} cannot be opened: its ciphertext is gone, changed"
            " or another row's"
        )
