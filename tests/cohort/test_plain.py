"""Cells that need no reading are read bare, and only those: the cohort never changes by it."""

from contextlib import closing

import duckdb
import pandas as pd
import pytest
from support.raw_cohort import WRITERS, raw_cohort, read, with_cell, with_row

from afterglow import names as n
from afterglow.cohort.opening import open_cohort
from afterglow.errors import DataError
from afterglow.plan.data import DataSource

NUMBERS = {"A1": 10, "A2": 9, "A3": 101}
KEY = f'"{n.SUBJECT_KEY}"'
TABLES = ("subjects", "scores", "sessions", "events", "follow_up")


def with_numbers(raw, tables=TABLES):
    for name in tables:
        raw[name][n.SUBJECT] = [NUMBERS[word] for word in raw[name][n.SUBJECT]]
    return raw


def opened(path, **data):
    return open_cohort(DataSource.model_validate({"path": path.name, **data}), path.parent)


def staged_query(cohort, table):
    query = f"SELECT sql FROM duckdb_views() WHERE view_name = 'staged_{table}'"
    return cohort.connection.execute(query).fetchone()[0]


def assert_same(one, other):
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.account == other.account


@pytest.mark.parametrize("store", ["parquet", "duckdb"])
def test_clean_columns_are_read_bare(tmp_path, store):
    with opened(WRITERS[store](raw_cohort(), tmp_path / store)) as cohort:
        for table in TABLES:
            assert "trim" not in staged_query(cohort, table)
            assert "isnan" not in staged_query(cohort, table)


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("scores", "instrument", " MADRS"),
        ("scores", "instrument", "madrs"),
        ("scores", "timing", "Pre-Dose"),
        ("scores", "timing", "NA"),
        ("scores", "subject_id", "A1 "),
        ("scores", "subject_id", "\u2003A1"),
        ("sessions", "drug", "nan"),
        ("follow_up", "reason", "  "),
        ("subjects", "arm", "placebo "),
    ],
)
def test_one_cell_that_needs_reading_is_read(tmp_path, table, column, cell):
    raw = with_cell(raw_cohort(), table, column, 1, cell)
    csv = read(WRITERS["csv"](raw, tmp_path / "csv"))
    assert_same(csv, read(WRITERS["parquet"](raw, tmp_path / "parquet")))
    with opened(tmp_path / "parquet") as cohort:
        assert "trim" in staged_query(cohort, table)


def test_one_score_that_is_not_a_number_is_set_aside(tmp_path):
    raw = with_cell(raw_cohort(), "scores", "score", 2, None)
    csv = read(WRITERS["csv"](raw, tmp_path / "csv"))
    path = WRITERS["duckdb"](raw_cohort(), tmp_path)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("ALTER TABLE scores ALTER score TYPE DOUBLE")
        connection.execute("UPDATE scores SET score = 'nan' WHERE score = 12")
    assert_same(csv, read(path))
    with opened(path) as cohort:
        assert "isnan" in staged_query(cohort, "scores")


def test_a_number_may_stand_for_missing(tmp_path):
    raw = with_cell(raw_cohort(), "scores", "score", 2, -9)
    csv = read(WRITERS["csv"](raw, tmp_path / "csv"), missing=["-9"])
    parquet = read(WRITERS["parquet"](raw, tmp_path / "parquet"), missing=["-9"])
    assert_same(csv, parquet)
    assert len(parquet.scores) == 5


def test_whole_numbers_as_identifiers_are_keys(tmp_path):
    raw = with_numbers(raw_cohort())
    csv = read(WRITERS["csv"](raw, tmp_path / "csv"))
    path = WRITERS["parquet"](raw, tmp_path / "parquet")
    assert_same(csv, read(path))
    with opened(path) as cohort:
        for table in TABLES:
            rows = cohort.connection.execute(f"SELECT {n.SUBJECT}, {KEY} FROM {table}").fetchall()
            assert all(key == int(text) for text, key in rows)
            assert {key for _, key in rows} <= set(NUMBERS.values())


def test_a_table_with_text_identifiers_makes_all_keys_text(tmp_path):
    raw = with_numbers(raw_cohort())
    raw["events"][n.SUBJECT] = [str(number) for number in raw["events"][n.SUBJECT]]
    path = WRITERS["parquet"](raw, tmp_path / "parquet")
    assert_same(read(WRITERS["csv"](raw, tmp_path / "csv")), read(path))
    with opened(path) as cohort:
        for table in TABLES:
            rows = cohort.connection.execute(f"SELECT {n.SUBJECT}, {KEY} FROM {table}").fetchall()
            assert all(key == text for text, key in rows)


def test_numbers_beyond_64_bits_are_text_keys(tmp_path):
    path = tmp_path / "cohort.duckdb"
    WRITERS["duckdb"](with_numbers(raw_cohort()), tmp_path)
    with closing(duckdb.connect(str(path))) as connection:
        for table in TABLES:
            connection.execute(
                f"ALTER TABLE {table} ALTER {n.SUBJECT} TYPE HUGEINT "
                f"USING {n.SUBJECT}::HUGEINT + 170141183460469231731687303715884105000"
            )
    with opened(path) as cohort:
        rows = cohort.connection.execute(f"SELECT {n.SUBJECT}, {KEY} FROM scores").fetchall()
        assert all(key == text for text, key in rows)


@pytest.mark.parametrize("duplicates", ["first", "mean"])
def test_merged_rows_keep_the_key(tmp_path, duplicates):
    raw = with_numbers(with_row(with_row(raw_cohort(), "scores", score=20), "scores"))
    data = {"scores": {"duplicates": duplicates}}
    csv = read(WRITERS["csv"](raw, tmp_path / "csv"), **data)
    path = WRITERS["parquet"](raw, tmp_path / "parquet")
    assert_same(csv, read(path, **data))
    with opened(path, **data) as cohort:
        rows = cohort.connection.execute(f"SELECT {n.SUBJECT}, {KEY} FROM scores").fetchall()
        assert len(rows) == len(csv.scores)
        assert all(key == int(text) for text, key in rows)


def test_unknown_numbers_are_found_by_key(tmp_path):
    raw = with_numbers(raw_cohort())
    raw["scores"][n.SUBJECT][2] = 77
    with pytest.raises(DataError) as caught:
        read(WRITERS["parquet"](raw, tmp_path / "parquet"))
    problem = next(p for p in caught.value.problems if p.table == "scores")
    assert "subjects does not have" in problem.what
    assert list(problem.rows) == [3]
