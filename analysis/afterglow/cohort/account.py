"""The account of rows: rows in = rows used + rows set aside, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

StepKind = Literal["in", "aside", "used"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the account.

    Attributes
    ----------
    table : str
        Canonical table.
    step : {"in", "aside", "used"}
        What happened to the rows.
    reason : str
        Why, in words for the reader.
    n_rows, n_subjects : int
        Rows, and distinct subjects among them.
    """

    table: str
    step: StepKind
    reason: str
    n_rows: int
    n_subjects: int


@dataclass(frozen=True, slots=True)
class Account:
    """All steps of all tables; making one checks that rows in = rows used + rows set aside."""

    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        for table in self.tables():
            if self.rows(table, "in") != self.rows(table, "used") + self.rows(table, "aside"):
                raise AssertionError(f"the account of {table} does not add up")

    def tables(self) -> tuple[str, ...]:
        """Return the tables that were read, in order."""
        return tuple(dict.fromkeys(step.table for step in self.steps))

    def rows(self, table: str, step: StepKind = "used") -> int:
        """Return the number of rows of `table` that came in, were set aside or are used."""
        return sum(s.n_rows for s in self.steps if (s.table, s.step) == (table, step))

    def extended(self, steps: Sequence[Step]) -> "Account":
        """Return a new account with further steps behind these."""
        return Account((*self.steps, *steps))

    def frame(self) -> "pd.DataFrame":
        """Return the account as a tidy frame: table, step, reason, n_rows, n_subjects."""
        import pandas as pd

        columns = list(Step.__dataclass_fields__)
        rows = [[getattr(step, name) for name in columns] for step in self.steps]
        return pd.DataFrame(rows, columns=columns)
