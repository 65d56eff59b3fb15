#!/usr/bin/env python
"""Every command of the product: `python manage.py help`."""

import sys

from helpdesk.launch.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
