"""What the log says of requests that are refused: a line, and no traceback."""

import logging

SERVER_ERROR = 500


def without_traceback(record: logging.LogRecord) -> bool:
    """Take the traceback from what is logged of a 4xx answer; every record passes."""
    if getattr(record, "status_code", SERVER_ERROR) < SERVER_ERROR:
        record.exc_info = record.exc_text = None
    return True
