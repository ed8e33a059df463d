"""What stops a whole delivery; a bad row never does (see ``importers.issues``)."""


class Refused(Exception):
    """A delivery that cannot be taken in at all. The message is one line for its sender."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message}；{hint}" if hint else message)
