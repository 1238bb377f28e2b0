"""What reading returns: the cohort in memory, and the cohort behind a connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from afterglow.cohort.account import Account
from afterglow.cohort.metadata import CohortMetadata

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortFacts:
    """What is known about a cohort besides its rows.

    Attributes
    ----------
    metadata : CohortMetadata
        What `cohort.toml` says; empty where there is none.
    account : Account
        Rows in, used and set aside, per table, with reasons.
    hashes : mapping of str to str
        SHA-256 of each raw file, by its name.
    follow_up_assumed : bool
        True where some subject's follow-up ends at the last known day, for want of a row.
    ignored : mapping of str to tuple of str
        Per raw table, the user's columns that are not read.
    item_totals : mapping of str to int
        Scores that were made from items, by how: "complete", or "prorated" by the instrument's
        own rule.
    """

    metadata: CohortMetadata
    account: Account
    hashes: Mapping[str, str]
    follow_up_assumed: bool
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    item_totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cohort(CohortFacts):
    """A validated cohort in memory.

    Days count from the first session, day 0. Frames are sorted by their key and have a fresh
    index. Text is pandas' `str` kind (missing is NaN); in scores, sessions, events and
    follow_up the words that were not given (timing, rater, visit, route, drug, phase, term,
    severity, reason) are "", `kind` is "unknown", and `session_no` is 1.

    Attributes
    ----------
    subjects : DataFrame
        subject_id, then the canonical columns that are present, then covariates.
    scores : DataFrame
        subject_id, day, instrument, score, timing, rater, scheduled (boolean, may be missing),
        visit, kept columns. No score is missing.
    sessions, events : DataFrame or None
        None where the cohort has no such table.
    follow_up : DataFrame
        One row per subject: subject_id, end_day, reason, assumed (True where the end is the
        last known day of the subject).
    """

    subjects: "pd.DataFrame"
    scores: "pd.DataFrame"
    sessions: "pd.DataFrame | None"
    events: "pd.DataFrame | None"
    follow_up: "pd.DataFrame"

    def _repr_html_(self) -> str:
        title = escape(self.metadata.title or "Cohort")
        account = self.account.frame().to_html(index=False, border=0)
        return f"<p>{title}: {len(self.subjects)} subjects</p>{account}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenCohort(CohortFacts):
    """A validated cohort behind a DuckDB connection; a context manager.

    `connection` has the views subjects, scores, follow_up and, where present, sessions and
    events, with the columns and words of `Cohort` and in no particular order. Behind them
    stands `SUBJECT_KEY`, by which subjects are sorted and joined: their numbers where every table
    holds whole numbers, which cost far less than text, else subject_id again.
    """

    connection: "duckdb.DuckDBPyConnection"
    tables: tuple[str, ...]
    scratch: "TemporaryDirectory[str]"

    def close(self) -> None:
        """Close the connection; the views and what DuckDB spilled to disk end with it."""
        self.connection.close()
        self.scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
