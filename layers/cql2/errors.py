"""What a filter can be refused with."""


class FilterError(ValueError):
    """A filter that cannot be answered; the message says what, where and what to do."""
