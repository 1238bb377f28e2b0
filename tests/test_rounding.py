"""Every rule of rounding, as a reader would check it."""

import math

import numpy as np
import pandas as pd
import pytest

from afterglow import rounding
from afterglow.estimate.result import said, said_interval

NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (1.005, 2, "1.01"),
        (0.125, 2, "0.13"),
        (2.5, 0, "3"),
        (-2.5, 0, "−3"),
        (-0.004, 2, "0.00"),
        (-0.0, 1, "0.0"),
        (1e-300, 2, "0.00"),
        (1.5e40, 0, "15" + "0" * 39),
        (123456.789, 1, "123456.8"),
        (None, 2, "–"),
        (math.nan, 2, "–"),
        (pd.NA, 2, "–"),
        (math.inf, 2, "∞"),
        (-math.inf, 2, "−∞"),
        (np.float64(0.615), 2, "0.62"),
        (np.int64(3), 1, "3.0"),
    ],
)
def test_number(value, digits, expected):
    assert rounding.number(value, digits) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0123456, "0.0123"),
        (9.996, "10.0"),
        (123456, "123000"),
        (-0.00056789, "−0.000568"),
        (0.0, "0"),
        (99.95, "100"),
        (math.nan, "–"),
    ],
)
def test_three_significant_digits(value, expected):
    assert rounding.significant(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "<0.001"),
        (0.00099999, "<0.001"),
        (0.001, "0.001"),
        (0.0034, "0.003"),
        (0.01, "0.01"),
        (0.04, "0.04"),
        (0.0449, "0.04"),
        (0.0451, "0.045"),
        (0.0499, "0.0499"),
        (0.049996, "0.049996"),
        (0.05, "0.05"),
        (0.0501, "0.05"),
        (0.99, "0.99"),
        (0.995, ">0.99"),
        (1.0, ">0.99"),
        (math.nan, "–"),
    ],
)
def test_p_value_never_rounds_across_the_level(value, expected):
    assert rounding.p_value(value) == expected


def test_p_value_in_a_sentence():
    assert rounding.p_statement(0.00001) == f"p{NB}<{NB}0.001"
    assert rounding.p_statement(0.04) == f"p{NB}={NB}0.04"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.123456, "0.1235"),
        (0.5, "0.5"),
        (-0.25, "−0.25"),
        (1 / 16, "0.0625"),
        (12345.0, "12345"),
        (np.int64(54_321), "54321"),
        (math.inf, "∞"),
        (math.nan, "not reached"),
    ],
)
def test_a_number_in_an_estimate_s_sentence(value, expected):
    assert said(value) == expected


def test_an_interval_in_an_estimate_s_sentence():
    assert said_interval(0.25, math.nan, 0.975) == f"97.5{NB}% CI 0.25 to not reached"
