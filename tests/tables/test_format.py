"""How estimates, shares and times are written, as a reader would check it."""

import math

import pandas as pd
import pytest

from afterglow.tables import format as fmt

NB = "\u00a0"


def test_percent_with_interval():
    assert fmt.percent_estimate(0.541, 0.442, 0.637) == f"54.1{NB}% (95{NB}% CI 44.2–63.7)"
    assert fmt.percent_estimate(0.5, math.nan, math.nan) == f"50.0{NB}%"
    assert fmt.percent_estimate(0.5, 0.4, 0.6, level=0.975).startswith(f"50.0{NB}% (97.5{NB}% CI")


def test_a_sixteenth_is_rounded_as_on_paper():
    assert fmt.percent(1 / 16) == f"6.3{NB}%"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.41, 0.93, "0.41–0.93"),
        (-0.2, 0.05, "−0.20 to 0.05"),
        (-0.001, 0.05, "0.00–0.05"),
        (0.3, math.inf, "0.30 to ∞"),
        (math.nan, 0.4, "– to 0.40"),
        (math.nan, math.nan, "–"),
    ],
)
def test_interval(low, high, expected):
    assert fmt.interval(low, high) == expected


def test_estimate_with_interval():
    assert fmt.estimate(0.62, 0.41, 0.93) == f"0.62 (95{NB}% CI 0.41–0.93)"


def test_counts():
    assert fmt.count(1234567) == "1,234,567"
    assert fmt.count(None) == "–"
    assert fmt.count_of(1234, 2468) == f"1,234/2,468 (50.0{NB}%)"
    assert fmt.count_of(0, 0) == "0/0 (–)"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (28, f"28{NB}days"),
        (1, f"1{NB}day"),
        (10.5, f"10.5{NB}days"),
        (0.0, f"0{NB}days"),
        (math.inf, "not reached"),
        (math.nan, "not reached"),
    ],
)
def test_days(value, expected):
    assert fmt.days(value) == expected


def test_days_with_interval():
    assert fmt.days_estimate(28, 21, math.nan) == f"28{NB}days (95{NB}% CI 21 to not reached)"
    assert fmt.days_estimate(math.nan, 56, math.inf).startswith("not reached (95")
    assert fmt.days_estimate(math.nan, math.nan, math.inf) == "not reached"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("  as is ", "  as is "), (None, "–"), (pd.NA, "–"), (pd.NaT, "–"), (5.0, "5"), (True, "yes")],
)
def test_text(value, expected):
    assert fmt.text(value) == expected


@pytest.mark.parametrize("value", [1e-9, -1e-9, 0.049, -0.049])
def test_no_writer_ever_shows_a_signed_zero(value):
    shown = [
        fmt.number(value, 1),
        fmt.trimmed(value, 1),
        fmt.percent(value / 100),
        fmt.count(value),
    ]
    assert all("−" not in text and "-" not in text for text in shown)
