"""What a filter can be refused with."""

from layers.errors import LayersError


class FilterError(LayersError, ValueError):
    """A filter that cannot be answered; the message says what, where and what to do."""
