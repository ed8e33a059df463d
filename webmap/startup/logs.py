"""What the log says of requests that are refused: a line, and no traceback."""

import logging

from spatial.audit.origins import current_origin

SERVER_ERROR = 500


def without_traceback(record: logging.LogRecord) -> bool:
    """Take the traceback from what is logged of a 4xx answer; every record passes."""
    if getattr(record, "status_code", SERVER_ERROR) < SERVER_ERROR:
        record.exc_info = record.exc_text = None
    return True


class RequestNumbers(logging.Filter):
    """Gives every record of the log the number of the request that is being answered, or ``-``."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        record.request_number = current_origin().request_id or "-"
        return True
