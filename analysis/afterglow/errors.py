"""The errors a user can meet: what is wrong, where, and the way out; never a value of the data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self

ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of the input data, described without showing the data.

    Attributes
    ----------
    table : str
        Canonical table name, such as ``scores``.
    column : str
        Column at fault; "" where the fault is the table's.
    what : str
        What is wrong, as a clause ("holds text where a number is needed").
    rows : sequence of int
        Positions in the user's own table, counted from 1 without the header.
    remedy : str
        What to change, as a sentence.
    """

    table: str
    what: str
    remedy: str
    column: str = ""
    rows: Sequence[int] = ()

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        what = f"{where}: {self.what}{_rows(self.rows)}"
        end = "" if what.endswith((".", "?")) else "."
        return f"{what}{end} {self.remedy}"


def _rows(rows: Sequence[int]) -> str:
    if not len(rows):
        return ""
    shown = ", ".join(str(int(row)) for row in rows[:ROWS_SHOWN])
    more = ", …" if len(rows) > ROWS_SHOWN else ""
    return f" ({len(rows)} row{'s' if len(rows) > 1 else ''}: {shown}{more})"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean '…'?" for the nearest known word, or ""."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""


class AfterglowError(ValueError):
    """Base of every error shown to a user without a traceback; `exit_code` is the command's."""

    exit_code = 1


class UsageError(AfterglowError):
    """The call itself is wrong: an option, an argument or a path."""

    exit_code = 2

    @classmethod
    def unknown_option(cls, name: str, value: object, known: Iterable[str]) -> Self:
        """Build the error for an option outside its short list of words."""
        known = list(known)
        return cls(
            f"{name} = {value!r} is not known.{did_you_mean(str(value), known)}\n"
            f"Choose one of: {', '.join(known)}."
        )


class PlanError(AfterglowError):
    """The plan cannot be followed: an unknown key, a missing reference, a contradiction."""

    exit_code = 2


class DataError(AfterglowError):
    """The data break the contract; `problems` lists every fault that was found."""

    exit_code = 3

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def from_problems(cls, problems: Sequence[Problem]) -> Self:
        """Build one error that lists all `problems`, one a line."""
        head = f"The data have {len(problems)} problem{'s' if len(problems) > 1 else ''}:"
        return cls("\n".join([head, *(f"  - {problem}" for problem in problems)]), problems)


class InvalidInput(DataError):
    """An estimator was given values it cannot use (missing, negative, not 0/1 …)."""


class NotEstimable(AfterglowError):
    """The estimate asked for does not exist for these data; the message says why."""

    exit_code = 3


class IdentifierError(AfterglowError):
    """The data seem to hold something that identifies a person."""

    exit_code = 4


class DisclosureError(AfterglowError):
    """The report may not be released as asked."""

    exit_code = 5


class VerifyMismatch(AfterglowError):
    """A second run gave other numbers or bytes than the first."""

    exit_code = 6


class BatchFailed(AfterglowError):
    """Some members of a batch failed; the others are complete."""

    exit_code = 7
