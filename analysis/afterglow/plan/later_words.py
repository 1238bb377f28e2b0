"""The words for what is known of a subject only after day 0, wherever a plan names a column."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, WithJsonSchema

from afterglow.errors import did_you_mean
from afterglow.names import DAYS_SINCE_SESSION, LAST_SCORE, SESSIONS_SO_FAR

PATH_COLUMNS: Final = (LAST_SCORE, SESSIONS_SO_FAR, DAYS_SINCE_SESSION)
KINDS: Final = ("endpoint:", "event:")
BOOSTED: Final = "event:booster"
STATUS_PATTERN: Final = r"^(endpoint|event):[A-Za-z][A-Za-z0-9_]*$"
WORDS: Final = "endpoint:NAME, event:NAME (event:booster for a booster) or sessions_so_far"


def is_status(word: str | None) -> bool:
    """Say whether a word names an endpoint or an event, reached or not: "endpoint:response"."""
    return word is not None and re.fullmatch(STATUS_PATTERN, word) is not None


def is_later(word: str | None) -> bool:
    """Say whether a word names what is known only after day 0, and no column of the subjects."""
    return word == SESSIONS_SO_FAR or is_status(word)


def status_labels(word: str) -> tuple[str, str]:
    """Return what those without and those with the endpoint or event are called.

    >>> status_labels("event:booster")
    ('no booster', 'booster')
    """
    name = word.partition(":")[2].replace("_", " ")
    return f"no {name}", name


def _check_changing(word: str) -> str:
    if word in PATH_COLUMNS or is_status(word):
        return word
    raise ValueError(
        f"'{word}' does not change.{did_you_mean(word, (*PATH_COLUMNS, *KINDS))} Choose "
        f"{', '.join(PATH_COLUMNS)}, endpoint:NAME or event:NAME"
    )


ChangingColumn = Annotated[
    str,
    AfterValidator(_check_changing),
    WithJsonSchema({
        "type": "string", "anyOf": [{"enum": list(PATH_COLUMNS)}, {"pattern": STATUS_PATTERN}]
    }),
]  # fmt: skip
