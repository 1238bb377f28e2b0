"""A cohort is the same whatever the store and the order of its rows."""

from dataclasses import fields
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.raw_cohort import WRITERS, Raw, raw_cohort, read, with_cell, with_row, without

from afterglow import names as n
from afterglow.cohort.model import Cohort
from afterglow.cohort.opening import open_cohort
from afterglow.errors import DataError, PlanError
from afterglow.plan.data import DataSource

FRAMES = ("subjects", "scores", "sessions", "events", "follow_up")


def assert_same(one: Cohort, other: Cohort) -> None:
    for name in FRAMES:
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None)
        if a is not None:
            pd.testing.assert_frame_equal(a, b)
    assert one.account == other.account
    assert one.follow_up_assumed == other.follow_up_assumed


def shuffled(raw: Raw, seed: int) -> Raw:
    mixed: Raw = {}
    for table, columns in raw.items():
        order = list(range(len(columns["subject_id"])))
        Random(seed).shuffle(order)
        mixed[table] = {name: [cells[k] for k in order] for name, cells in columns.items()}
    return mixed


def test_canonical_columns_and_kinds(tmp_path):
    cohort = read(WRITERS["csv"](raw_cohort(), tmp_path / "raw"))
    assert list(cohort.subjects) == ["subject_id", "arm", "age", "weight_kg"]
    assert list(cohort.scores) == [
        *("subject_id", "day", "instrument", "score"),
        *("timing", "rater", "scheduled", "visit"),
    ]
    assert cohort.scores[n.DAY].dtype == np.float64
    assert cohort.scores[n.SCORE].dtype == np.float64
    assert cohort.scores[n.SCHEDULED].dtype == "boolean"
    assert cohort.sessions[n.SESSION_NO].tolist() == [1, 1, 1, 1]
    assert cohort.sessions[n.SESSION_NO].dtype == np.int64
    assert (cohort.scores[n.RATER] == "").all()
    assert cohort.follow_up[n.ASSUMED].tolist() == [False] * 3
    assert not cohort.follow_up_assumed


def test_rows_are_sorted_by_key(tmp_path):
    cohort = read(WRITERS["csv"](shuffled(raw_cohort(), 7), tmp_path / "raw"))
    assert cohort.scores[[n.SUBJECT, n.DAY]].apply(tuple, axis=1).tolist() == [
        *(("A1", -1.0), ("A1", 1.0), ("A1", 28.0)),
        *(("A2", 0.0), ("A2", 28.0), ("A3", -2.0)),
    ]
    assert cohort.scores.index.equals(pd.RangeIndex(6))


@pytest.mark.parametrize("store", ["parquet", "duckdb", "sqlite"])
def test_every_store_gives_the_csv_cohort(tmp_path, store):
    raw = with_cell(raw_cohort(), "scores", "score", 3, None)
    raw = with_cell(raw, "subjects", "smoker", 2, True)
    raw["subjects"]["smoker"] = [False, True, False]
    raw["subjects"]["site_id"] = [1, 2, 1]
    if store == "sqlite":
        raw["subjects"]["smoker"] = ["false", "true", "false"]
    csv = read(WRITERS["csv"](raw, tmp_path / "csv"))
    assert_same(csv, read(WRITERS[store](raw, tmp_path / store)))


@st.composite
def raw_cohorts(draw: st.DrawFn) -> Raw:
    """A faultless random cohort with missing scores, exact duplicates and covariates."""
    count = draw(st.integers(1, 5))
    ids = [f"S{k}" for k in range(count)]
    subjects = {
        "subject_id": ids,
        "severity_at_entry": draw(st.lists(st.floats(-1e6, 1e6), min_size=count, max_size=count)),
        "centre": draw(
            st.lists(st.sampled_from(["N", "S", "006"]), min_size=count, max_size=count)
        ),
    }
    days = st.integers(-28, 400).map(lambda hours: hours / 2)
    places = st.tuples(st.sampled_from(ids), days)
    rows = draw(st.lists(places, min_size=1, max_size=12, unique=True))
    totals = [draw(st.none() | st.integers(0, 60)) for _ in rows]
    totals[0] = 30
    repeats = draw(st.lists(st.integers(0, len(rows) - 1), max_size=3))
    order = [*range(len(rows)), *repeats]
    scores = {
        "subject_id": [rows[k][0] for k in order],
        "day": [rows[k][1] for k in order],
        "instrument": ["MADRS" for _ in order],
        "score": [None if totals[k] is None else float(totals[k]) for k in order],
    }
    return {"subjects": subjects, "scores": scores}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(raw=raw_cohorts(), seed=st.integers(0, 99))
def test_store_and_order_do_not_matter(tmp_path_factory, raw, seed):
    folder = tmp_path_factory.mktemp("stores")
    csv = read(WRITERS["csv"](raw, folder / "csv"))
    assert_same(csv, read(WRITERS["csv"](shuffled(raw, seed), folder / "shuffled")))
    assert_same(csv, read(WRITERS["parquet"](shuffled(raw, seed), folder / "parquet")))
    assert_same(csv, read(WRITERS["duckdb"](raw, folder / "duckdb")))
    assert csv.account.rows("scores", "in") == len(raw["scores"]["day"])


def test_without_sessions_events_and_follow_up(tmp_path):
    raw = raw_cohort()
    for table in ("sessions", "events", "follow_up"):
        raw = without(raw, table)
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"))
    assert cohort.sessions is None
    assert cohort.events is None
    assert cohort.follow_up_assumed
    assert cohort.follow_up[n.END_DAY].tolist() == [28.0, 28.0, 0.0]
    assert cohort.follow_up[n.ASSUMED].tolist() == [True] * 3


def test_last_known_day_is_over_scores_sessions_and_events(tmp_path):
    cohort = read(WRITERS["csv"](without(raw_cohort(), "follow_up"), tmp_path / "raw"))
    assert cohort.follow_up[n.END_DAY].tolist() == [40.0, 35.0, 0.0]


def test_a_subject_without_follow_up_row_ends_at_last_contact(tmp_path):
    raw = raw_cohort()
    raw["follow_up"] = {name: cells[1:] for name, cells in raw["follow_up"].items()}
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"))
    assert cohort.follow_up_assumed
    assert cohort.follow_up[n.END_DAY].tolist() == [40.0, 35.0, 0.0]
    assert cohort.follow_up[n.ASSUMED].tolist() == [True, False, False]
    assert cohort.follow_up[n.REASON].tolist() == ["", "withdrew", "lost"]


def test_words_are_read_in_any_case_and_instruments_by_alias(tmp_path):
    raw = with_cell(raw_cohort(), "sessions", "route", 1, "iv")
    raw = with_cell(raw, "scores", "timing", 1, "Pre-Dose")
    raw = with_cell(raw, "scores", "instrument", 1, "madrs")
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"))
    assert cohort.sessions[n.ROUTE].tolist() == ["IV", "IV", "IM", "IV"]
    assert cohort.scores[n.TIMING].iloc[0] == "pre-dose"
    assert set(cohort.scores[n.INSTRUMENT]) == {"MADRS"}


def test_codes_with_leading_zeros_stay_text(tmp_path):
    raw = raw_cohort()
    raw["subjects"]["pool"] = ["006", "012", "999"]
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"))
    assert cohort.subjects["pool"].tolist() == ["006", "012", "999"]


def test_missing_markers(tmp_path):
    raw = with_cell(raw_cohort(), "scores", "score", 3, -9)
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"), missing=["", "-9"])
    assert cohort.account.rows("scores", "aside") == 1
    native = read(WRITERS["parquet"](raw, tmp_path / "native"), missing=["", "-9"])
    assert_same(cohort, native)


@pytest.mark.parametrize(("policy", "score"), [("first", 12.0), ("mean", 16.0)])
def test_conflicting_duplicates_by_policy(tmp_path, policy, score):
    raw = with_row(raw_cohort(), "scores", subject_id="A1", day=1.0, timing="post-dose", score=20)
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"), scores={"duplicates": policy})
    assert cohort.scores[n.SCORE].tolist() == [34, score, 24, 30, 28, 33]
    assert cohort.account.rows("scores", "aside") == 1
    assert cohort.account.rows("scores") == 6


def test_mean_does_not_depend_on_row_order(tmp_path):
    raw = raw_cohort()
    for score in (13, 20, 40):
        raw = with_row(raw, "scores", subject_id="A1", day=1.0, timing="post-dose", score=score)
    one = read(WRITERS["csv"](raw, tmp_path / "one"), scores={"duplicates": "mean"})
    two = read(WRITERS["csv"](shuffled(raw, 3), tmp_path / "two"), scores={"duplicates": "mean"})
    assert_same(one, two)


def test_adverse_events_of_one_day_differ_by_term(tmp_path):
    raw = raw_cohort()
    raw["events"] = {
        "subject_id": ["A1", "A1"],
        "day": [0.0, 0.0],
        "event": ["adverse_event", "adverse_event"],
        "term": ["nausea", "headache"],
        "severity": ["mild", "mild"],
    }
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"))
    assert cohort.events[n.TERM].tolist() == ["headache", "nausea"]


def test_hashes_and_metadata(tmp_path):
    folder = WRITERS["csv"](raw_cohort(), tmp_path / "raw")
    (folder / "cohort.toml").write_text('title = "Demo"\nsynthetic = true\n', encoding="utf-8")
    cohort = read(folder)
    assert cohort.metadata.title == "Demo"
    assert cohort.metadata.exempt
    assert sorted(cohort.hashes) == [
        *("cohort.toml", "events.csv", "follow_up.csv"),
        *("scores.csv", "sessions.csv", "subjects.csv"),
    ]
    assert all(len(digest) == 64 for digest in cohort.hashes.values())


def test_cohort_toml_with_an_unknown_key(tmp_path):
    folder = WRITERS["csv"](raw_cohort(), tmp_path / "raw")
    (folder / "cohort.toml").write_text("titel = 'Demo'\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"cohort.toml.titel: .*Did you mean 'title'"):
        read(folder)


def test_a_cohort_is_frozen(tmp_path):
    cohort = read(WRITERS["csv"](raw_cohort(), tmp_path / "raw"))
    with pytest.raises(AttributeError):
        cohort.follow_up_assumed = True
    assert {field.name for field in fields(cohort)} >= set(FRAMES)


def test_unread_columns_are_listed(tmp_path):
    raw = with_cell(raw_cohort(), "scores", "nurse_mood", 1, "good")
    cohort = read(WRITERS["csv"](raw, tmp_path / "raw"))
    assert cohort.ignored == {"scores.csv": ("nurse_mood",)}


@pytest.mark.parametrize("store", list(WRITERS))
def test_open_cohort_gives_the_same_rows(tmp_path, store):
    path = WRITERS[store](raw_cohort(), tmp_path / store)
    cohort = read(path)
    with open_cohort(DataSource(path=path.name), path.parent, threads=1) as opened:
        assert set(opened.tables) == set(FRAMES)
        for table in FRAMES:
            query = f"SELECT count(*) FROM {table}"
            assert opened.connection.execute(query).fetchall() == [(len(getattr(cohort, table)),)]
        assert opened.account == cohort.account


def test_no_path_no_file_kind(tmp_path):
    with pytest.raises(PlanError, match="there is nothing at"):
        read(tmp_path / "nowhere")
    (tmp_path / "scores.xlsx").write_bytes(b"x")
    with pytest.raises(PlanError, match="are not read"):
        read(Path(tmp_path / "scores.xlsx"))


def test_a_second_cursor_sees_the_views(tmp_path):
    path = WRITERS["parquet"](raw_cohort(), tmp_path / "raw")
    with open_cohort(DataSource(path=path.name), path.parent) as opened:
        cursor = opened.connection.cursor()
        assert cursor.execute("SELECT count(*) FROM scores").fetchall() == [(6,)]
        cursor.close()
