"""The five tables of a cohort: their columns, what each may hold, and their keys."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from afterglow import names as n

SUBJECTS: Final = "subjects"
SCORES: Final = "scores"
SESSIONS: Final = "sessions"
EVENTS: Final = "events"
FOLLOW_UP: Final = "follow_up"

Kind = Literal["text", "number", "integer", "bool"]

TIMINGS: Final = ("pre-dose", "post-dose", "off-dose")
ROUTES: Final = ("IV", "IM", "SC", "IN", "SL", "PO")
PHASES: Final = ("induction", "maintenance", "booster")
KINDS: Final = ("scheduled", "triggered", "unknown")

OLDEST_AGE: Final = 90.0
LONGEST_DAYS: Final = 36525.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One canonical column.

    Attributes
    ----------
    name : str
        Its canonical name.
    kind : {"text", "number", "integer", "bool"}
        What it holds once read: text, float64, int64, nullable boolean.
    required : bool
        Whether the column must be there, and filled on every row that is used.
    words : tuple of str
        The only words it may hold; empty where any word may stand.
    blank : str, int or None
        What stands where nothing was given; None means missing.
    minimum, maximum : float or None
        The range of its values, both ends included.
    remedy : str
        The way out where a value lies outside the range.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    words: tuple[str, ...] = ()
    blank: str | int | None = None
    minimum: float | None = None
    maximum: float | None = None
    remedy: str = "Correct the cells."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One canonical table: `key` names a row; `always` says that absent columns are filled in."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    always: bool = True
    keeps_extra: bool = False
    may_be_empty: bool = False

    def column(self, name: str) -> Column | None:
        """Return the canonical column `name`, or None where it is the user's own."""
        return next((column for column in self.columns if column.name == name), None)

    def names(self) -> tuple[str, ...]:
        """Return the names of the canonical columns, in order."""
        return tuple(column.name for column in self.columns)


_SUBJECT = Column(name=n.SUBJECT, required=True)
_DAY_REMEDY = "Give days since the subject's first session."


def _day(name: str, minimum: float) -> Column:
    return Column(
        name=name,
        kind="number",
        required=True,
        minimum=minimum,
        maximum=LONGEST_DAYS,
        remedy=_DAY_REMEDY,
    )


_SUBJECT_COLUMNS = (
    _SUBJECT,
    Column(name=n.SITE),
    Column(name=n.ARM),
    Column(name=n.ROUTE, words=ROUTES),
    Column(
        name=n.AGE,
        kind="number",
        minimum=0,
        maximum=OLDEST_AGE,
        remedy="Top-code the age: write 90 for everybody older, since higher ages identify.",
    ),
    Column(name=n.AGE_BAND),
    Column(name=n.SEX),
    Column(name=n.DIAGNOSIS),
)

_SCORE_COLUMNS = (
    _SUBJECT,
    _day(n.DAY, -LONGEST_DAYS),
    Column(name=n.INSTRUMENT, required=True),
    Column(name=n.SCORE, kind="number", required=True),
    Column(name=n.TIMING, words=TIMINGS, blank=""),
    Column(name=n.RATER, blank=""),
    Column(name=n.SCHEDULED, kind="bool"),
    Column(name=n.VISIT, blank=""),
)

_SESSION_COLUMNS = (
    _SUBJECT,
    _day(n.DAY, 0),
    Column(name=n.SESSION_NO, kind="integer", blank=1, minimum=1),
    Column(name=n.ROUTE, words=ROUTES, blank=""),
    Column(name=n.DRUG, blank=""),
    Column(name=n.DOSE_MG, kind="number", minimum=0),
    Column(name=n.DOSE_MG_PER_KG, kind="number", minimum=0),
    Column(name=n.PHASE, words=PHASES, blank=""),
    Column(name=n.KIND, words=KINDS, blank="unknown"),
)

_EVENT_COLUMNS = (
    _SUBJECT,
    _day(n.DAY, -LONGEST_DAYS),
    Column(name=n.EVENT_NAME, required=True),
    Column(name=n.TERM, blank=""),
    Column(name=n.SEVERITY, blank=""),
)

_FOLLOW_UP_COLUMNS = (
    _SUBJECT,
    _day(n.END_DAY, 0),
    Column(name=n.REASON, blank=""),
)

TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        Table(
            name=SUBJECTS,
            columns=_SUBJECT_COLUMNS,
            key=(n.SUBJECT,),
            required=True,
            always=False,
            keeps_extra=True,
        ),
        Table(
            name=SCORES,
            columns=_SCORE_COLUMNS,
            key=(n.SUBJECT, n.DAY, n.INSTRUMENT, n.TIMING, n.RATER),
            required=True,
        ),
        Table(
            name=SESSIONS,
            columns=_SESSION_COLUMNS,
            key=(n.SUBJECT, n.DAY, n.SESSION_NO),
            keeps_extra=True,
        ),
        Table(
            name=EVENTS,
            columns=_EVENT_COLUMNS,
            key=(n.SUBJECT, n.DAY, n.EVENT_NAME, n.TERM),
            keeps_extra=True,
            may_be_empty=True,
        ),
        Table(name=FOLLOW_UP, columns=_FOLLOW_UP_COLUMNS, key=(n.SUBJECT,)),
    )
}

_ITEM = re.compile(rf"{n.ITEM_PREFIX}([1-9]\d*)")


def item_number(name: str) -> int | None:
    """Return k for ``item_k``, or None where `name` is no item column."""
    match = _ITEM.fullmatch(name)
    return int(match.group(1)) if match else None
