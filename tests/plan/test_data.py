"""The `[data]` section: what it takes and what it refuses."""

import pytest
from pydantic import ValidationError

from afterglow.plan.data import BaselineColumn, DataSource, ScoreColumn, day_ratio


def data(**keys):
    return DataSource.model_validate({"path": "data", **keys})


def test_defaults():
    source = data()
    assert source.days_per_month == 30.4375
    assert source.source("scores") is None
    assert source.allow_columns == ()


def test_one_baseline_or_several():
    one = data(scores={"constants": {"instrument": "BDI2"}, "baseline": {"column": "pre"}})
    assert one.scores.baseline == (BaselineColumn(column="pre"),)
    assert one.scores.baseline[0].timing == "pre-dose"
    two = data(
        scores={
            "baseline": [
                {"column": "a", "instrument": "BDI2"},
                {"column": "b", "instrument": "MADRS", "week": -1},
            ]
        }
    )
    assert [entry.in_days(30) for entry in two.scores.baseline] == [0.0, -7.0]


@pytest.mark.parametrize(
    ("unit", "days"), [("days", 6.0), ("weeks", 42.0), ("months", 180.0), ("hours", 0.25)]
)
def test_units(unit, days):
    multiplier, divisor = day_ratio(unit, 30.0)
    assert 6 * multiplier / divisor == days


@pytest.mark.parametrize(
    ("key", "days"), [("day", 2), ("week", 14), ("month", 60), ("hour", 1 / 12)]
)
def test_time_of_a_score_column(key, days):
    column = ScoreColumn.model_validate({"column": "x", key: 2})
    assert column.in_days(30.0) == pytest.approx(days, rel=1e-15)


REFUSED = {
    "an unknown key": ({"pathh": "x"}, "pathh"),
    "an unknown unit": ({"scores": {"units": {"day": "years"}}}, "days"),
    "a unit of no day": ({"scores": {"units": {"score": "weeks"}}}, "not a column of days"),
    "a misspelt column": ({"scores": {"columns": {"scor": "x"}}}, "Did you mean 'score'"),
    "column and constant": (
        {"scores": {"columns": {"rater": "r"}, "constants": {"rater": "self"}}},
        "both a column and a constant",
    ),
    "two times of a column": (
        {"scores": {"wide": [{"column": "x", "day": 1, "week": 2, "instrument": "BDI2"}]}},
        "at most one of",
    ),
    "no time of a column": (
        {"scores": {"wide": [{"column": "x", "instrument": "B"}]}},
        "'x' needs day, week, month or hour = …, or columns.day for all",
    ),
    "a time of one column beside days of the rows": (
        {
            "scores": {
                "columns": {"day": "week"},
                "wide": [
                    {"column": "x", "instrument": "B"},
                    {"column": "y", "instrument": "B", "day": 7},
                ],
            }
        },
        "wide and columns.day exclude each other",
    ),
    "no instrument": ({"scores": {"baseline": {"column": "pre"}}}, "needs instrument"),
    "wide and long": (
        {
            "scores": {
                "columns": {"score": "y"},
                "wide": [{"column": "x", "day": 1, "instrument": "BDI2"}],
            }
        },
        "exclude each other",
    ),
    "visit days and a day": (
        {"scores": {"columns": {"day": "week"}, "visit_days": {"V1": 7}}},
        "drop the day column",
    ),
    "mean of sessions": ({"sessions": {"duplicates": "mean"}}, "first"),
    "no days in a month": ({"days_per_month": 0}, "greater than 0"),
}


@pytest.mark.parametrize("title", list(REFUSED))
def test_refused(title):
    keys, words = REFUSED[title]
    with pytest.raises(ValidationError, match=words):
        data(**keys)


def test_own_columns_of_sessions_may_be_mapped():
    source = data(
        sessions={"columns": {"cadss_peak": "CADSS"}, "values": {"cadss_peak": {"x": ""}}}
    )
    assert source.sessions.columns == {"cadss_peak": "CADSS"}


def test_frozen():
    with pytest.raises(ValidationError):
        data().path = "elsewhere"
