"""REST: files of customers; brought, matched, begun and looked after like on their page."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from customers import access
from customers.actions import importing
from customers.models import CustomerImport, ImportLine
from customers.queries import imports as queries
from customers.rules.sheets import ENCODINGS, SEPARATORS
from customers.templatetags.imports import fault_text
from helpdesk.core import paging
from helpdesk.core.api import Answer, Creates, Operation, Reads, next_link, stamp
from helpdesk.core.paging import Order
from helpdesk.core.shapes import Flag, Int, Many, Maybe, Moment, OneOf, Record, Str, answer

MOST_TEXT = 8_000_000
COLUMNS = Many(Str(60, blank=True), 100)
IMPORT = answer(
    "CustomerImport",
    {
        "id": Int(),
        "name": Str(200),
        "kind": OneOf(("csv", "vcard")),
        "state": OneOf(tuple(CustomerImport.State.values)),
        "header": Many(Str(120, blank=True), 100),
        "columns": COLUMNS,
        "lines": Int(0),
        "made": Int(0),
        "changed": Int(0),
        "same": Int(0),
        "refused": Int(0),
        "trouble": Str(300, blank=True),
        "created_at": Moment(),
        "done_at": Maybe(Moment()),
    },
    {
        "columns": _("What each column is: name, email, phone, …, attribute:slug, consent:purpose, or empty."),
        "trouble": _("Why the file could not be read, as reason:line."),
    },
    example={
        "id": 3,
        "name": "people.csv",
        "kind": "csv",
        "state": "matching",
        "header": ["Name", "E-mail"],
        "columns": ["name", "email"],
        "lines": 0,
        "made": 0,
        "changed": 0,
        "same": 0,
        "refused": 0,
        "trouble": "",
        "created_at": "2026-11-23T08:30:00Z",
        "done_at": None,
    },
)
HOW: dict[str, Any] = {
    "columns": COLUMNS,
    "separator": OneOf(SEPARATORS),
    "has_header": Flag(),
    "region": Str(2),
    "overwrite": Flag(),
    "tags": Many(Str(60), 20),
    "words": Str(1000, blank=True),
}
NEW = Record(
    "NewCustomerImport",
    {"name": Str(200), "text": Str(MOST_TEXT)},
    required=("name", "text"),
    notes={"text": _("The whole CSV or vCard file as text.")},
)
MATCHED = Record(
    "CustomerImportStart",
    {**HOW, "encoding": OneOf(ENCODINGS)},
    notes={
        "columns": _("One for each column; left out, they stay as they were guessed."),
        "overwrite": _("Replace what is known; otherwise only what is empty is filled."),
        "words": _("For columns of consent: what these people were shown."),
    },
)
LINE = answer(
    "RefusedLine",
    {"line": Int(), "cells": Many(Str(10_000, blank=True), 100), "why": Many(Str(600), 100)},
    example={"line": 7, "cells": ["Sara", "nobody"], "why": ["E-mail: “nobody” is not an e-mail address."]},
)
NEWEST, IN_ORDER = Order("customer-imports"), Order("customer-import-lines")
VERBS = {"GET": "customer.import", "POST": "customer.import"}


def import_json(row: CustomerImport) -> dict[str, Any]:
    """One file as the API gives it."""
    names = ("name", "kind", "state", "header", "columns", "lines", "made", "changed", "same", "refused", "trouble")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "created_at": stamp(row.created_at),
        "done_at": stamp(row.done_at) if row.done_at else None,
    }


def _line_json(line: ImportLine) -> dict[str, Any]:
    return {"line": line.line, "cells": line.cells, "why": [fault_text(line.of, fault) for fault in line.why]}


class Imports(Reads, Creates):
    """All files."""

    tag = _("Customers")
    most_bytes = 4 * MOST_TEXT
    verbs: ClassVar[dict[str, str]] = VERBS
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "listCustomerImports",
            _("List files of customers, newest first."),
            paging.shape(IMPORT),
            query=paging.PARAMETERS,
        ),
        "POST": Operation(
            "createCustomerImport",
            _("Bring a file of customers. Nothing is written about anybody before it is begun."),
            IMPORT,
            status=201,
            body=NEW,
            fails=(422,),
            example={"name": "people.csv", "text": "Name,E-mail\nSara,sara@example.com\n"},
        ),
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of them."""
        page = paging.page(access.imports(self.actor), NEWEST, query, import_json)
        return Answer(200, page, next_link(self.request, page))

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The file with its columns as they were guessed."""
        row = importing.take(by=self.actor, name=body["name"], data=body["text"].encode())
        return Answer(201, import_json(row), {"Location": f"/api/v1/customer-imports/{row.pk}/"})


class OneImport(Reads):
    """One file."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.import"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation("getCustomerImport", _("Read how far an import is."), IMPORT)
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """The file."""
        return Answer(200, import_json(access.customer_import(self.actor, path["pk"])), {})


class Start(Creates):
    """The file is taken in."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.import"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "startCustomerImport",
            _("Say what the columns are, and begin; one that was stopped goes on."),
            IMPORT,
            body=MATCHED,
            fails=(409, 422),
            example={"columns": ["name", "email"]},
        )
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The file, begun."""
        row = access.customer_import(self.actor, path["pk"])
        if row.state == CustomerImport.State.MATCHING:
            how = {name: value for name, value in body.items() if name != "columns"}
            row = importing.match(by=self.actor, row=row, targets=body.get("columns"), **how)
        row = importing.start(by=self.actor, row=row)
        return Answer(200, import_json(row), {})


class Stop(Creates):
    """It rests."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"POST": "customer.import"}
    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation("stopCustomerImport", _("Stop an import after the lines in hand."), IMPORT, fails=(409,))
    }

    def create(self, body: dict[str, Any], **path: int) -> Answer:
        """The file."""
        row = importing.stop(by=self.actor, row=access.customer_import(self.actor, path["pk"]))
        return Answer(200, import_json(row), {})


class Refused(Reads):
    """What was not taken."""

    tag = _("Customers")
    verbs: ClassVar[dict[str, str]] = {"GET": "customer.import"}
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "refusedLines",
            _("List the lines that were refused, the last first, with the reasons."),
            paging.shape(LINE),
            query=paging.PARAMETERS,
        )
    }

    def read(self, query: dict[str, Any], **path: int) -> Answer:
        """A page of them."""
        rows = queries.refused_rows(access.customer_import(self.actor, path["pk"]))
        page = paging.page(rows, IN_ORDER, query, _line_json)
        return Answer(200, page, next_link(self.request, page))
