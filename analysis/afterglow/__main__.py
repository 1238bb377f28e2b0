"""`python -m afterglow` is the command line."""

import sys

from afterglow.cli.app import main

sys.exit(main())
