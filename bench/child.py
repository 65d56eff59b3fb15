"""The process that measures one database: `python -m bench.child TICKETS OUT OPTIONS`; OPTIONS is a JSON object."""

import json
import sys
from pathlib import Path

import django


def main(tickets: int, out: Path, options: dict[str, object]) -> None:
    """Sets Django up, makes ready what `make run` makes ready, measures."""
    django.setup()
    from bench import measure
    from helpdesk.launch import prepare

    prepare.messages()
    prepare.static_files()
    measure.main(tickets, out, options)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
