"""What a figure shows, in one sentence: values by group, where curves end, how far ratios lie."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from afterglow.report.figure_words import by_days, ends_shown, span_shown, values_shown
from afterglow.tables import format as fmt


def test_values_stand_by_group_and_those_without_one_alone():
    assert values_shown("Free", [("", "12.0 %")]) == "Free: 12.0 %."
    said = values_shown("Free", [("cycle 1", "43 days"), ("cycle 2", ""), ("cycle 3", "17 days")])
    assert said == "Free: cycle 1, 43 days; cycle 3, 17 days."
    assert values_shown("Free", [("", "")]) == "Free: nothing known."


def test_days_without_an_estimate_are_left_out():
    rows = [(7.0, SimpleNamespace(estimate=0.25)), (14.0, None),
            (28.0, SimpleNamespace(estimate=math.nan)), (56.0, SimpleNamespace(estimate=0.5))]  # fmt: skip
    assert by_days(rows, fmt.percent) == "25.0\u00a0% at day\u00a07 and 50.0\u00a0% at day\u00a056"
    assert by_days(rows[1:3], fmt.percent) == ""


def test_curves_end_at_their_own_last_day_in_their_order():
    frame = pd.DataFrame(
        {"group": ["b", "b", "a", "a", "a"], "time_days": [9.0, 3.0, 1.0, 4.0, 5.0],
         "estimate": [0.5, 0.8, 0.9, 0.7, math.nan]},
        index=[4, 4, 0, 1, 9],
    )  # fmt: skip
    said = ends_shown("Free", frame, fmt.percent).replace("\u00a0", " ")
    assert said == "Free: b, 50.0 % on day 9; a, 70.0 % on day 4."


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([0.5, 2.0, math.nan, math.inf], "The 2 ratios shown lie between 0.50 and 2.00."),
        ([1.5], "The 1 ratio shown is 1.50."),
        ([1.501, 1.502], "The 2 ratios shown are 1.50."),
        ([], "No ratio is known."),
    ],
)
def test_a_span_holds_what_is_known(values, wanted):
    assert span_shown(values, "ratio", fmt.number).replace("\u00a0", " ") == wanted


def test_a_span_names_what_it_is_of():
    said = span_shown([1.0, 2.0], "ratio", fmt.number, of="of 3 moves").replace("\u00a0", " ")
    assert said == "The 2 ratios shown, of 3 moves, lie between 1.00 and 2.00."
