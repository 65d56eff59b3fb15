"""What can go wrong on purpose. Edges render these; nothing else decides a status code."""

from typing import Any

from django.utils.translation import gettext_lazy as _

Text = Any  # str or a lazy translation


class DomainError(Exception):
    """A refusal with a stable `code`, a sentence for the reader and facts for scripts. Nothing was changed."""

    status = 400

    def __init__(self, code: str, message: Text, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.facts = code, message, facts


class NotFound(DomainError):
    """There is no such thing, or the reader may not know of it: both look the same."""

    status = 404

    def __init__(self, code: str = "not_found", message: Text = _("We could not find that."), **facts: Any) -> None:
        super().__init__(code, message, **facts)


class NotAllowed(DomainError):
    """The thing is visible, but this is not the reader's to do."""

    status = 403

    def __init__(
        self, code: str = "not_allowed", message: Text = _("You may not do this. Ask a lead."), **facts: Any
    ) -> None:
        super().__init__(code, message, **facts)


class Conflict(DomainError):
    """The state has moved on since the reader looked."""

    status = 409


class Stale(DomainError):
    """The version that was given is not the present one."""

    status = 412


class Invalid(DomainError):
    """The input cannot be used; `errors` says which field and what to do."""

    status = 422

    def __init__(self, errors: dict[str, Text], message: Text = _("Please correct what is marked.")) -> None:
        super().__init__("invalid", message)
        self.errors = errors


class OnlySent(DomainError):
    """An address that only takes what a form sends was opened as a page."""

    status = 405

    def __init__(self) -> None:
        super().__init__("only_sent", "")


class Busy(DomainError):
    """The database did not answer in time; the transaction was rolled back whole."""

    status = 503

    def __init__(self) -> None:
        super().__init__("busy", _("Nothing was changed. Please try again in a moment."), retry_after=1)


class TooMany(DomainError):
    """Too often in too short a time; `retry_after` is in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many", _("Too many tries. Please wait a moment and try again."), retry_after=retry_after)
