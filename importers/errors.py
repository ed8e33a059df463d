"""What stops a whole delivery; a bad row never does (see ``importers.issues``)."""


class Refused(Exception):
    """A delivery that cannot be taken in at all. The message is one line for its sender.

    ``run_id`` is the run on record, where it got so far.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        self.run_id: int | None = None
        super().__init__(f"{message}；{hint}" if hint else message)
