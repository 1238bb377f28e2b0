"""Bad input: every fault is told by table, column, rows and remedy, and never by a value."""

import math

import pytest
from support.raw_cohort import (
    SENTINEL,
    WRITERS,
    Raw,
    raw_cohort,
    read,
    with_cell,
    with_row,
    without,
    write_arrow,
    write_csv,
    write_parquet,
)

from afterglow.cohort.opening import open_cohort
from afterglow.errors import AfterglowError, DataError, PlanError, Problem
from afterglow.plan.data import DataSource


def problems_of(raw: Raw, folder, *, write=write_csv, **data) -> list[Problem]:
    """Return the problems of a broken cohort, having seen that no sentinel is told."""
    with pytest.raises(DataError) as caught:
        read(write(raw, folder / "raw"), **data)
    assert SENTINEL not in str(caught.value)
    assert SENTINEL not in repr(caught.value.problems)
    assert caught.value.__cause__ is None
    assert caught.value.exit_code == 3
    return list(caught.value.problems)


def cell(table: str, column: str, value: object, row: int = 2) -> Raw:
    return with_cell(raw_cohort(), table, column, row, value)


# title: (raw, table, column, what, rows, remedy)
FAULTS = {
    "text in a score": (
        *(cell("scores", "score", SENTINEL), "scores", "score"),
        *("holds text where a number is needed", [2], "data.missing"),
    ),
    "text in a covariate's age": (
        *(cell("subjects", "age", SENTINEL), "subjects", "age"),
        *("holds text where a number is needed", [2], "data.missing"),
    ),
    "score above the range": (
        *(cell("scores", "score", 61), "scores", "score"),
        *("outside 0 to 60", [2], "instrument"),
    ),
    "score below the range": (
        *(cell("scores", "score", -1), "scores", "score"),
        *("outside 0 to 60", [2], "instrument"),
    ),
    "fractional total": (
        *(cell("scores", "score", 12.5), "scores", "score"),
        *("fractional", [2], "as recorded"),
    ),
    "infinite score": (
        *(cell("scores", "score", "inf"), "scores", "score"),
        *("not finite", [2], "empty"),
    ),
    "infinite day": (
        *(cell("events", "day", "inf"), "events", "day"),
        *("not finite", [2], "empty"),
    ),
    "calendar date as day": (
        *(cell("scores", "day", "2024-03-01"), "scores", "day"),
        *("calendar date where a day is needed", [2], "first session"),
    ),
    "calendar date as end of follow-up": (
        *(cell("follow_up", "end_day", "01/03/2024"), "follow_up", "end_day"),
        *("calendar date where a day is needed", [2], "first session"),
    ),
    "date written as a number": (
        *(cell("scores", "day", 20240301), "scores", "day"),
        *("more than 100 years", [2], "first session"),
    ),
    "unknown instrument": (
        *(cell("scores", "instrument", SENTINEL), "scores", "instrument"),
        *("not known", [2], "afterglow instruments"),
    ),
    "unknown timing": (
        *(cell("scores", "timing", SENTINEL), "scores", "timing"),
        *("other than pre-dose, post-dose, off-dose", [2], "values = { timing ="),
    ),
    "unknown phase": (
        *(cell("sessions", "phase", SENTINEL), "sessions", "phase"),
        *("other than induction, maintenance, booster", [2], "values = { phase ="),
    ),
    "unknown kind": (
        *(cell("sessions", "kind", SENTINEL), "sessions", "kind"),
        *("other than scheduled, triggered, unknown", [2], "values = { kind ="),
    ),
    "unknown route": (
        *(cell("sessions", "route", SENTINEL), "sessions", "route"),
        *("other than IV, IM, SC, IN, SL, PO", [2], "values = { route ="),
    ),
    "truth that is none": (
        *(cell("scores", "scheduled", SENTINEL), "scores", "scheduled"),
        *("other than true/false", [2], "values = { scheduled ="),
    ),
    "missing subject id": (
        *(cell("scores", "subject_id", None), "scores", "subject_id"),
        *("is missing", [2], "Fill"),
    ),
    "missing subject id in subjects": (
        *(with_row(raw_cohort(), "subjects", subject_id=None), "subjects", "subject_id"),
        *("is missing", [4], "Fill"),
    ),
    "missing day": (
        *(cell("scores", "day", None), "scores", "day"),
        *("is missing", [2], "Fill"),
    ),
    "missing event": (
        *(cell("events", "event", None), "events", "event"),
        *("is missing", [2], "Fill"),
    ),
    "age not top-coded": (
        *(cell("subjects", "age", 91), "subjects", "age"),
        *("outside 0 to 90", [2], "write 90"),
    ),
    "negative end of follow-up": (
        *(cell("follow_up", "end_day", -1), "follow_up", "end_day"),
        *("below 0", [2], "first session"),
    ),
    "negative dose": (
        *(cell("sessions", "dose_mg", -1), "sessions", "dose_mg"),
        *("below 0", [2], "Correct"),
    ),
    "half a session": (
        *(cell("sessions", "session_no", 1.5), "sessions", "session_no"),
        *("whole", [2], "1, 2"),
    ),
    "first session not at day 0": (
        *(cell("sessions", "day", 2.0, row=3), "sessions", "day"),
        *("must be at day 0", [3], "Count all days"),
    ),
    "session before day 0": (
        *(cell("sessions", "day", -3.0, row=2), "sessions", "day"),
        *("below 0", [2], "first session"),
    ),
    "scores of an unknown subject": (
        *(cell("scores", "subject_id", SENTINEL, row=6), "scores", "subject_id"),
        *("subjects does not have", [6], "Add the subject"),
    ),
    "sessions of an unknown subject": (
        *(with_row(raw_cohort(), "sessions", subject_id=SENTINEL), "sessions", "subject_id"),
        *("subjects does not have", [5], "Add the subject"),
    ),
    "events of an unknown subject": (
        *(with_row(raw_cohort(), "events", subject_id=SENTINEL), "events", "subject_id"),
        *("subjects does not have", [3], "Add the subject"),
    ),
    "follow-up of an unknown subject": (
        *(with_row(raw_cohort(), "follow_up", subject_id=SENTINEL), "follow_up", "subject_id"),
        *("subjects does not have", [4], "Add the subject"),
    ),
    "conflicting scores": (
        *(with_row(raw_cohort(), "scores", score=11), "scores", ""),
        *("share subject_id, day, instrument, timing, rater and differ in score", [6, 7], "first"),
    ),
    "two rows for one subject": (
        *(with_row(raw_cohort(), "subjects", arm=SENTINEL), "subjects", ""),
        *("share subject_id and differ in arm", [3, 4], "one row"),
    ),
    "conflicting ends of follow-up": (
        *(with_row(raw_cohort(), "follow_up", end_day=9.0), "follow_up", ""),
        *("share subject_id and differ in end_day", [3, 4], "first"),
    ),
    "no score column": (
        *(without(raw_cohort(), "scores", "score"), "scores", "score"),
        *("is not a column of scores.csv", [], "data.scores.columns"),
    ),
    "no scores": (
        *(without(raw_cohort(), "scores"), "scores", ""),
        *("is not there under the name 'scores'", [], "data.scores.file"),
    ),
}


@pytest.mark.parametrize("title", list(FAULTS))
def test_one_fault(tmp_path, title):
    raw, table, column, what, rows, remedy = FAULTS[title]
    (problem,) = problems_of(raw, tmp_path)
    assert problem.table == table
    assert problem.column == column
    assert what in problem.what
    assert list(problem.rows) == rows
    assert remedy in problem.remedy


@pytest.mark.parametrize("table", ["subjects", "scores", "sessions", "follow_up"])
def test_an_empty_table(tmp_path, table):
    raw = raw_cohort()
    raw[table] = {column: [] for column in raw[table]}
    found = problems_of(raw, tmp_path)
    assert (table, "is empty") in [(problem.table, problem.what) for problem in found]


@pytest.mark.parametrize("write", [write_csv, write_parquet])
@pytest.mark.parametrize("ids", [[], [None, None, None]])
def test_without_any_subject_the_other_tables_are_not_blamed(tmp_path, write, ids):
    raw = raw_cohort()
    raw["subjects"] = {"subject_id": ids, "arm": ["ketamine"] * len(ids)}
    assert {problem.table for problem in problems_of(raw, tmp_path, write=write)} == {"subjects"}


@pytest.mark.parametrize(
    ("table", "column"), [("scores", "day"), ("sessions", "day"), ("follow_up", "end_day")]
)
def test_a_day_that_is_not_a_number(tmp_path, table, column):
    raw = cell(table, column, float("nan"))
    assert math.isnan(raw[table][column][1])
    told = [
        str(problem)
        for write in (write_csv, write_parquet, write_arrow)
        for problem in problems_of(raw, tmp_path / write.__name__, write=write)
    ]
    assert told == [
        f"{table}.{column}: is missing (1 row: 2). Fill the cells, or remove the rows."
    ] * len(told)
    assert len(told) == 3


@pytest.mark.parametrize("word", ["nan", "-nan", "NAN", "nan(ind)"])
def test_not_a_number_in_words_is_missing(tmp_path, word):
    (problem,) = problems_of(cell("scores", "day", word), tmp_path)
    assert (problem.what, list(problem.rows)) == ("is missing", [2])


def test_no_events_happened(tmp_path):
    raw = raw_cohort()
    raw["events"] = {column: [] for column in raw["events"]}
    assert len(read(write_csv(raw, tmp_path / "raw")).events) == 0


def test_no_score_at_all(tmp_path):
    raw = raw_cohort()
    raw["scores"]["score"] = [None] * 6
    (problem,) = problems_of(raw, tmp_path)
    assert problem.what == "has no row that can be used"


def test_all_problems_at_once(tmp_path):
    raw = cell("scores", "score", SENTINEL)
    raw = with_cell(raw, "scores", "day", 3, SENTINEL)
    raw = with_cell(raw, "subjects", "age", 1, 95)
    raw = with_cell(raw, "sessions", "route", 1, SENTINEL)
    raw = without(raw, "follow_up", "end_day")
    found = {(p.table, p.column) for p in problems_of(raw, tmp_path)}
    assert found == {
        *(("scores", "score"), ("scores", "day"), ("subjects", "age")),
        *(("sessions", "route"), ("follow_up", "end_day")),
    }


def test_the_message_names_five_rows_and_their_number(tmp_path):
    raw = raw_cohort()
    raw["scores"]["timing"] = [SENTINEL] * 6
    with pytest.raises(DataError, match=r"scores.timing: .*\(6 rows: 1, 2, 3, 4, 5, …\)"):
        read(write_csv(raw, tmp_path / "raw"))


@pytest.mark.parametrize("store", ["parquet", "duckdb", "sqlite"])
def test_rows_are_told_alike_in_every_store(tmp_path, store):
    raw = with_cell(cell("scores", "score", 99, row=5), "sessions", "route", 4, SENTINEL)
    csv = problems_of(raw, tmp_path)
    other = problems_of(raw, tmp_path / store, write=WRITERS[store])
    assert [(p.table, p.column, list(p.rows)) for p in csv] == [
        (p.table, p.column, list(p.rows)) for p in other
    ]


def test_native_dates_as_days(tmp_path):
    import pandas as pd

    raw = raw_cohort()
    raw["scores"]["day"] = list(pd.to_datetime(["2024-01-01"] * 6))
    found = problems_of(raw, tmp_path, write=write_parquet)
    assert ("scores", "day") in [(p.table, p.column) for p in found]
    assert any("calendar date" in p.what for p in found)


def test_did_you_mean_among_column_names_of_any_case(tmp_path):
    raw = raw_cohort()
    raw["scores"]["SCORE"] = raw["scores"].pop("score")
    (problem,) = problems_of(raw, tmp_path)
    assert "Did you mean 'SCORE'?" in problem.what


def test_did_you_mean_for_a_mapped_column(tmp_path):
    columns = {"columns": {"score": "scoer"}}
    (problem,) = problems_of(raw_cohort(), tmp_path, scores=columns)
    assert (problem.column, "Did you mean 'score'?" in problem.what) == ("scoer", True)


def test_did_you_mean_among_files(tmp_path):
    folder = write_csv(raw_cohort(), tmp_path / "raw")
    (folder / "scores.csv").rename(folder / "score.csv")
    with pytest.raises(DataError, match=r"Did you mean 'score(\.csv)?'"):
        read(folder)


def test_a_table_the_plan_asks_for_must_be_there(tmp_path):
    raw = without(raw_cohort(), "events")
    (problem,) = problems_of(raw, tmp_path, events={"keep": []})
    assert problem.table == "events"


def test_the_problem_names_the_users_column(tmp_path):
    raw = raw_cohort()
    raw["scores"]["madrs_total"] = raw["scores"].pop("score")
    raw = with_cell(raw, "scores", "madrs_total", 4, SENTINEL)
    found = problems_of(raw, tmp_path, scores={"columns": {"score": "madrs_total"}})
    assert [(p.column, list(p.rows)) for p in found] == [("madrs_total", [4])]


def test_an_instrument_of_the_plan_that_is_not_known(tmp_path):
    raw = without(raw_cohort(), "scores", "instrument")
    folder = write_csv(raw, tmp_path / "raw")
    with pytest.raises(PlanError, match="MADRZ"):
        read(folder, scores={"constants": {"instrument": "MADRZ"}})


def test_ragged_and_badly_encoded_files(tmp_path):
    folder = write_csv(raw_cohort(), tmp_path / "raw")
    with (folder / "scores.csv").open("a", encoding="utf-8") as file:
        file.write(f"A3,5,{SENTINEL}\n")
    (folder / "events.csv").write_bytes(b"subject_id,day,event\nA1,1,d\xe9\n")
    with pytest.raises(DataError) as caught:
        read(folder)
    assert SENTINEL not in str(caught.value)
    ragged, encoding = caught.value.problems
    assert (ragged.table, list(ragged.rows)) == ("scores", [7])
    assert (encoding.table, encoding.what) == ("events", "is not UTF-8 text")


def test_semicolons(tmp_path):
    folder = write_csv(raw_cohort(), tmp_path / "raw")
    text = (folder / "scores.csv").read_text(encoding="utf-8")
    (folder / "scores.csv").write_text(text.replace(",", ";"), encoding="utf-8")
    with pytest.raises(DataError, match="not separated by commas"):
        read(folder)
    for file in folder.iterdir():
        file.write_text(file.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert len(read(folder, delimiter=";").scores) == 6


def test_repeated_and_absent_headers(tmp_path):
    folder = write_csv(raw_cohort(), tmp_path / "raw")
    (folder / "events.csv").write_text("subject_id,day,day\nA1,1,1\n", encoding="utf-8")
    (folder / "follow_up.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="two columns named 'day'") as caught:
        read(folder)
    assert "has no header line" in str(caught.value)


def test_not_a_parquet_file_and_not_a_database(tmp_path):
    folder = write_parquet(raw_cohort(), tmp_path / "raw")
    (folder / "events.parquet").write_bytes(SENTINEL.encode())
    with pytest.raises(DataError, match="events: is not a Parquet file"):
        read(folder)
    (tmp_path / "cohort.duckdb").write_bytes(SENTINEL.encode())
    with pytest.raises(PlanError, match="cannot be opened"):
        read(tmp_path / "cohort.duckdb")


def test_the_same_table_as_csv_and_parquet(tmp_path):
    folder = write_csv(raw_cohort(), tmp_path / "raw")
    write_parquet({"scores": raw_cohort()["scores"]}, folder)
    with pytest.raises(DataError, match=r"is there twice: scores\.csv, scores\.parquet"):
        read(folder)
    assert len(read(folder, scores={"file": "scores.parquet"}).scores) == 6


def test_only_the_first_of_many_rows_are_held(tmp_path):
    count = 1500
    raw = {
        "subjects": {"subject_id": ["A"]},
        "scores": {
            "subject_id": ["A"] * count,
            "day": list(range(count)),
            "instrument": ["MADRS"] * count,
            "score": [99] * count,
        },
    }
    (problem,) = problems_of(raw, tmp_path)
    assert len(problem.rows) == count
    assert list(problem.rows[:3]) == [1, 2, 3]
    assert "(1500 rows: 1, 2, 3, 4, 5, …)" in str(problem)


def test_native_numbers_that_are_not_finite(tmp_path):
    raw = cell("scores", "score", float("inf"), row=4)
    raw["subjects"]["age"] = [44.0, float("nan"), float("-inf")]
    found = problems_of(raw, tmp_path, write=write_parquet)
    assert {(p.column, tuple(p.rows)) for p in found} == {("score", (4,)), ("age", (3,))}


def test_nan_is_missing_in_every_store(tmp_path):
    raw = cell("scores", "score", float("nan"), row=4)
    for store, write in WRITERS.items():
        cohort = read(write(raw, tmp_path / store))
        assert cohort.account.rows("scores", "aside") == 1


def test_a_file_beside_the_one_that_is_the_path(tmp_path):
    folder = write_csv(raw_cohort(), tmp_path / "raw")
    with pytest.raises(DataError, match=r"since data\.path is itself a file"):
        read(folder / "scores.csv", scores={"file": "ratings.csv"})


def test_running_out_of_memory_tells_nothing_of_the_data(tmp_path):
    count = 20_000
    raw = {
        "subjects": {"subject_id": [f"{SENTINEL}{k}" for k in range(count)]},
        "scores": {
            "subject_id": [f"{SENTINEL}{k}" for k in range(count)],
            "day": [0] * count,
            "instrument": ["MADRS"] * count,
            "score": [30] * count,
        },
    }
    folder = write_csv(raw, tmp_path / "raw")
    with pytest.raises(AfterglowError, match="raise memory_limit") as caught:
        open_cohort(DataSource(path="raw"), folder.parent, memory_limit="1MB")
    assert SENTINEL not in str(caught.value)
