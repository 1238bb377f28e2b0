"""The account: rows in = rows used + rows set aside, each with its reason."""

import pytest
from support.raw_cohort import raw_cohort, read, with_cell, with_row, write_csv

from afterglow.cohort.account import Account, Step


def steps(cohort, table):
    return [
        (step.step, step.reason, step.n_rows, step.n_subjects)
        for step in cohort.account.steps
        if step.table == table
    ]


def test_a_cohort_without_fault_uses_every_row(tmp_path):
    cohort = read(write_csv(raw_cohort(), tmp_path / "raw"))
    assert cohort.account.tables() == ("subjects", "scores", "sessions", "events", "follow_up")
    assert steps(cohort, "scores") == [("in", "rows read", 6, 3), ("used", "rows used", 6, 3)]
    assert steps(cohort, "events") == [("in", "rows read", 2, 2), ("used", "rows used", 2, 2)]


def test_missing_scores_and_exact_duplicates(tmp_path):
    raw = with_row(with_row(raw_cohort(), "scores"), "scores")
    raw = with_cell(raw, "scores", "score", 1, None)
    raw = with_cell(raw, "scores", "score", 4, "NA")
    cohort = read(write_csv(raw, tmp_path / "raw"))
    assert steps(cohort, "scores") == [
        ("in", "rows read", 8, 3),
        ("aside", "score missing", 2, 2),
        ("aside", "exact duplicate", 2, 1),
        ("used", "rows used", 4, 3),
    ]
    assert len(cohort.scores) == 4


def test_a_row_with_neither_score_nor_day_is_set_aside(tmp_path):
    raw = with_cell(with_cell(raw_cohort(), "scores", "score", 3, None), "scores", "day", 3, None)
    assert read(write_csv(raw, tmp_path / "raw")).account.rows("scores", "aside") == 1


def test_exact_duplicates_in_other_tables(tmp_path):
    raw = raw_cohort()
    for table in ("subjects", "sessions", "events", "follow_up"):
        raw = with_row(raw, table)
    cohort = read(write_csv(raw, tmp_path / "raw"))
    for table in ("subjects", "sessions", "events", "follow_up"):
        assert cohort.account.rows(table, "aside") == 1
        assert cohort.account.rows(table) == len(getattr(cohort, table))


def test_conflicts_set_aside_by_policy(tmp_path):
    raw = with_row(with_row(raw_cohort(), "scores", score=11), "scores", score=11)
    first = read(write_csv(raw, tmp_path / "first"), scores={"duplicates": "first"})
    assert steps(first, "scores")[1:3] == [
        ("aside", "exact duplicate", 1, 1),
        ("aside", "shares its key with an earlier row", 1, 1),
    ]
    mean = read(write_csv(raw, tmp_path / "mean"), scores={"duplicates": "mean"})
    assert steps(mean, "scores")[2][1] == "averaged into one row with the same key"
    assert mean.scores["score"].tolist()[-1] == (33 + 11) / 2


def test_tidy_frame(tmp_path):
    frame = read(write_csv(raw_cohort(), tmp_path / "raw")).account.frame()
    assert list(frame) == ["table", "step", "reason", "n_rows", "n_subjects"]
    assert frame["n_rows"].sum() == 2 * (3 + 6 + 4 + 2 + 3)


def test_an_account_must_add_up():
    rows_in = Step("scores", "in", "rows read", 3, 1)
    used = Step("scores", "used", "rows used", 2, 1)
    with pytest.raises(AssertionError, match="scores does not add up"):
        Account((rows_in, used))
    aside = Step("scores", "aside", "score missing", 1, 1)
    account = Account((rows_in,)[:0]).extended([rows_in, aside, used])
    assert account.rows("scores", "aside") == 1
