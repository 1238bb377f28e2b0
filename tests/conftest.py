"""Settings of all tests."""

import os

from hypothesis import settings

# Compiling takes a first example longer than any deadline; in CI the same examples come every time.
settings.register_profile("afterglow", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("afterglow")
