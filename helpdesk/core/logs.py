"""Log lines: as JSON, one object a line, for LOG_FORMAT=json; never with somebody's secret link."""

import json
import logging
import re

SECRET_LINK = re.compile(r"/(join|reset|(?:en|fa)/t)/[^/\s?]+")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object: time, level, logger, message, and the traceback if there is one."""
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class HidesSecretLinks(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Invitation, reset and guest links work for whoever reads them, so lines lose their tokens."""
        text = record.getMessage()
        hidden = SECRET_LINK.sub(r"/\1/…", text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True
