"""What estimators refuse, all at once, and never with a value of the data in the message."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.checks import factorized
from afterglow.estimate.cox.design import design
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank
from afterglow.estimate.response_rate import response_rate


def table(**columns) -> pd.DataFrame:
    base = {"duration_days": [3.0, 5.0, 8.0, 8.0], "event": [True, False, True, False]}
    return pd.DataFrame(base | columns)


def problems(call) -> dict[str, tuple[str, tuple[int, ...]]]:
    with pytest.raises(InvalidInput) as caught:
        call()
    return {p.column: (p.what, tuple(p.rows)) for p in caught.value.problems}


@pytest.mark.parametrize(
    ("columns", "what", "rows"),
    [
        ({"duration_days": [3.0, -5.0, 8.0, -8.0]}, "has negative times", (2, 4)),
        ({"duration_days": [np.nan, 5.0, 8.0, 8.0]}, "has missing values", (1,)),
        ({"duration_days": [np.nan] * 4}, "has missing values", (1, 2, 3, 4)),
        ({"duration_days": [np.inf, 5.0, 8.0, 8.0]}, "has infinite values", (1,)),
        ({"duration_days": ["a", "b", "c", "d"]}, "does not hold numbers", ()),
        ({"duration_days": [True, False, True, True]}, "does not hold numbers", ()),
    ],
)
def test_durations(columns, what, rows):
    found = problems(lambda: kaplan_meier(table(**columns)))
    assert found == {"duration_days": (what, rows)}


@pytest.mark.parametrize(
    ("codes", "what", "rows"),
    [
        ([1, 2, 1, 2], "has codes that are neither bool nor 0/1", (2, 4)),
        ([0.5, 0, 1, 1], "has codes that are neither bool nor 0/1", (1,)),
        ([True, None, False, True], "has missing values", (2,)),
        ([1.0, np.nan, 0.0, 1.0], "has missing values", (2,)),
        (["yes", "no", "no", "no"], "has codes that are neither bool nor 0/1", (1, 2, 3, 4)),
        (
            pd.Categorical(["0", "1", "1", "0"]),
            "has codes that are neither bool nor 0/1",
            (1, 2, 3, 4),
        ),
        (pd.to_datetime(["2020-01-01"] * 4), "holds neither bool nor 0/1", ()),
    ],
)
def test_events(codes, what, rows):
    found = problems(lambda: kaplan_meier(table(event=codes)))
    assert found == {"event": (what, rows)}


@pytest.mark.parametrize(
    "codes",
    [
        [1, 0, 1, 0],
        [1.0, 0.0, 1.0, 0.0],
        pd.array([1, 0, 1, 0], dtype="Int64"),
        pd.array([True, False, True, False], dtype="boolean"),
        pd.Series([True, False, True, False], dtype=object),
    ],
)
def test_every_spelling_of_an_event_gives_the_same_curve(codes):
    rows = kaplan_meier(table(event=codes)).tidy()
    pd.testing.assert_frame_equal(rows, kaplan_meier(table()).tidy())


def test_all_problems_are_reported_at_once():
    data = table(duration_days=[3.0, np.nan, 8.0, 8.0], event=[1, 0, 3, 0], w=[1.0, 1.0, 0.0, -1.0])
    found = problems(lambda: kaplan_meier(data, weights="w"))
    assert found == {
        "duration_days": ("has missing values", (2,)),
        "event": ("has codes that are neither bool nor 0/1", (3,)),
        "w": ("has weights that are not above 0", (3, 4)),
    }


def test_entry_must_come_before_the_end_of_its_row():
    data = table(entry=[-np.inf, 5.0, 9.0, 7.5])
    found = problems(lambda: kaplan_meier(data, entry="entry"))
    assert found == {"entry": ("is not before the end of its row", (2, 3))}


def test_late_clocks_may_start_below_zero():
    data = table(entry=[-4.0, -4.0, -4.0, -4.0], duration_days=[-3.0, 5.0, 8.0, 8.0])
    rows = kaplan_meier(data, entry="entry").tidy()
    assert rows["estimate"].tolist() == [0.75, 0.75, 0.375]


@pytest.mark.parametrize(
    ("pieces", "what", "rows"),
    [
        ([(0, 5, False), (3, 8, True)], "has rows of one subject that overlap", (2,)),
        ([(0, 5, True), (5, 8, False)], "has an event before the subject's last row", (1,)),
    ],
)
def test_pieces_of_a_subject(pieces, what, rows):
    data = pd.DataFrame(pieces, columns=["entry", "duration_days", "event"]).assign(who="A")
    found = problems(lambda: kaplan_meier(data, entry="entry", subject="who"))
    assert found == {"who": (what, rows)}


def test_a_subject_with_two_rows_needs_entry():
    data = table(who=["A", "A", "B", "C"], event=[0, 0, 1, 0])
    found = problems(lambda: kaplan_meier(data, subject="who"))
    assert found["who"][0] == "has rows of one subject that overlap"


@pytest.mark.parametrize(
    ("causes", "what"),
    [
        ([1, 0, 2, 0], "holds something else than text"),
        (["relapse", None, "", ""], "has missing values"),
    ],
)
def test_causes(causes, what):
    found = problems(lambda: aalen_johansen(table(cause=causes)))
    assert found["cause"][0] == what


def test_missing_columns_are_named_with_a_suggestion():
    with pytest.raises(InvalidInput, match="Did you mean 'duration_days'") as caught:
        kaplan_meier(table(), duration="duration_day", by="armm")
    assert [p.column for p in caught.value.problems] == ["duration_day", "armm"]


@pytest.mark.parametrize("formula", [["arm"], "arm"])
def test_a_name_that_several_columns_have_is_refused(formula):
    twice = pd.concat([table(arm=list("aabb")), table(arm=list("abab"))[["arm"]]], axis=1)
    assert problems(lambda: kaplan_meier(twice, by="arm"))["arm"][0] == "names several columns"
    assert problems(lambda: design(twice, formula))["arm"][0] == "names several columns"
    assert len(kaplan_meier(twice).curves) == 1


def test_missing_group_labels_are_refused():
    found = problems(lambda: logrank(table(arm=["a", None, "b", "b"]), by="arm"))
    assert found == {"arm": ("has missing values", (2,))}


def test_an_empty_table_is_refused():
    assert problems(lambda: kaplan_meier(table().head(0)))[""][0] == "holds no rows"


def test_messages_hold_no_value_of_the_data():
    data = table(duration_days=[-123456.0, 5.0, 8.0, 8.0], event=["secret", "x", "y", "z"])
    with pytest.raises(InvalidInput) as caught:
        kaplan_meier(data)
    assert "123456" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"conf_type": "loglog"},
        {"conf_level": 95},
        {"estimator": "km"},
        {"weights_kind": "case"},
        {"by": []},
    ],
)
def test_unknown_words_are_usage_errors(options):
    with pytest.raises(UsageError):
        kaplan_meier(table(), **options)


def test_response_rate_refuses_missing_responses():
    found = problems(lambda: response_rate(table(event=[True, None, False, True])))
    assert found == {"event": ("has missing values", (2,))}


def test_groups_keep_their_natural_order():
    data = table(arm=pd.Categorical(["low", "high", "low", "high"], ["low", "mid", "high"]))
    assert kaplan_meier(data, by="arm").tidy()["group"].unique().tolist() == ["low", "high"]
    data = table(dose=[10.0, 2.0, 10.0, 2.0], arm=["b", "a", "a", "a"])
    assert kaplan_meier(data, by="dose").tidy()["group"].unique().tolist() == ["2", "10"]
    labels = kaplan_meier(data, by=["arm", "dose"]).tidy()["group"].unique().tolist()
    assert labels == ["a, 2", "a, 10", "b, 10"]


@pytest.mark.parametrize(
    "values",
    [
        np.array([3, -2, 3, 7]),
        np.array([-128, 127, 5, 5], dtype=np.int8),
        np.array([2**63 + 5, 2**63, 2**63 + 5], dtype=np.uint64),
        np.array([10**12, 0, 10**12]),
        np.array([2.5, -1.0, 2.5]),
        np.array(["b", "a", "b", "é"], dtype=object),
        np.array([True, False, True]),
    ],
    ids=str,
)
def test_labels_are_numbered_in_their_order(values):
    codes, found = factorized(pd.Series(values))
    assert list(found) == sorted(set(values.tolist()))
    assert codes.dtype == np.int64
    assert [found[code] for code in codes] == values.tolist()


@pytest.mark.parametrize(
    "series",
    [
        pd.Series(["b", None, "a"], dtype=object),
        pd.Series([2, None, 1], dtype="Int64"),
        pd.Series(pd.Categorical(["b", None, "a"], categories=["a", "b", "unused"])),
    ],
    ids=lambda series: str(series.dtype),
)
def test_a_missing_label_has_no_number(series):
    codes, values = factorized(series)
    assert codes.tolist() == [1, -1, 0]
    assert len(values) == 2
