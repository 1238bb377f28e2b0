"""Columns of the frames that drawers read, beyond the canonical ones."""

from typing import Final

AT_RISK: Final = "at_risk"
EVENTS: Final = "events"
CENSORED: Final = "censored"
MISSING_RULE: Final = "missing"
