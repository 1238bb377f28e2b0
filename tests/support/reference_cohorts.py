"""Public data as cohorts: subjects, scores, sessions, events and follow-up in files of their own.

What recurs in the data becomes a booster, what changes a state becomes a score: the plan's own
endpoints must find the events again.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from support.plan_text import HEAD
from support.shared import shared_file

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import plan_from_text
from afterglow.study.results import Results
from afterglow.study.run import run

ILL, WELL = 20, 2
RECURS = """
[course]
max_gap_days = 1000000 # the phase of a session says whether it is the course's
max_days = 1000000
block_gap_days = 0 # each event begins a block of its own

[endpoint.event]
kind = "booster"
"""
STATES = """
[course]
max_gap_days = 0.0001

[endpoint.response]
kind = "response"
instrument = "PHQ9"
improvement_at_least_percent = 50
until = "none"
"""


def results_of(folder: Path, tables: dict[str, pd.DataFrame], plan: str) -> Results:
    """Write the tables, read them as a cohort and run the plan: every number of its report."""
    data = folder / "data"
    data.mkdir(parents=True)
    for name, table in tables.items():
        table.to_csv(data / f"{name}.csv", index=False)
    (data / "cohort.toml").write_text('public = "see the package that it comes from"\n')
    asked = plan_from_text(HEAD + plan)
    return run(asked, read_cohort(asked.data, folder)).results


def frame(name: str) -> pd.DataFrame:
    """One of the public data sets."""
    return pd.read_csv(shared_file("data", f"{name}.csv"))


def recurrent_tables(
    rows: pd.DataFrame, subject: str, stop: str, event: str, columns: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """A cohort in which each event is a booster after a course of one session on day 0."""
    people = rows.drop_duplicates(subject)
    first = people.assign(day=0.0, phase="induction")
    again = rows[rows[event] == 1].assign(day=lambda t: t[stop].astype(float), phase="booster")
    sessions = pd.concat([first, again])[[subject, "day", "phase"]]
    ends = rows.groupby(subject)[stop].max().astype(float)
    return {
        "subjects": named(people, subject)[["subject_id", *columns]],
        "scores": baseline_scores(people[subject]),
        "sessions": named(sessions, subject),
        "follow_up": follow_up(ends.index, ends),
    }


def state_tables(
    people: pd.DataFrame,
    subject: str,
    *,
    middle: pd.Series,
    end: pd.Series,
    ended: pd.Series,
    columns: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """A cohort in which the state in the middle is a response that lasts, and the last one death.

    `middle` is the day on which it is entered, NaN where it is not.
    """
    known = people[middle.notna()]
    better = pd.DataFrame(
        {"subject_id": known[subject].astype(str), "day": middle[middle.notna()],
         "instrument": "PHQ9", "score": WELL, "timing": "off-dose"}
    )  # fmt: skip
    died = people[ended.astype(bool)]
    return {
        "subjects": named(people, subject)[["subject_id", *columns]],
        "scores": pd.concat([baseline_scores(people[subject]), better]),
        "sessions": pd.DataFrame({"subject_id": people[subject].astype(str), "day": 0.0}),
        "events": pd.DataFrame(
            {"subject_id": died[subject].astype(str), "day": end[ended.astype(bool)].astype(float),
             "event": "death"}
        ),
        "follow_up": follow_up(people[subject], end),
    }  # fmt: skip


def named(table: pd.DataFrame, subject: str) -> pd.DataFrame:
    """The table with its subjects under the canonical name, as text."""
    return table.rename(columns={subject: "subject_id"}).astype({"subject_id": str})


def baseline_scores(subjects: pd.Series) -> pd.DataFrame:
    """One score of each subject before the first session."""
    return pd.DataFrame(
        {"subject_id": subjects.astype(str), "day": 0.0, "instrument": "PHQ9", "score": ILL,
         "timing": "pre-dose"}
    )  # fmt: skip


def follow_up(subjects: Sequence, ends: pd.Series) -> pd.DataFrame:
    """Follow-up that ends when the data do."""
    return pd.DataFrame(
        {"subject_id": pd.Series(subjects).astype(str).to_numpy(),
         "end_day": ends.astype(float).to_numpy(), "reason": "administrative"}
    )  # fmt: skip
