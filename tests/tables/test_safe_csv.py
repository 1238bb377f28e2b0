"""No cell of an exported file can start a formula, and no number loses a digit."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest

from afterglow.tables.safe_csv import frame_to_csv, safe_cell, write_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_risky_text_is_neutralised(start):
    assert safe_cell(f"{start}cmd()") == f"'{start}cmd()"


@pytest.mark.parametrize("text", ["MADRS", "−0.20 to 0.05", "–", "a=b", "", "5-15 days"])
def test_other_text_is_untouched(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-0.1, "-0.1"),
        (np.float64(1) / 3, "0.3333333333333333"),
        (np.int64(-5), "-5"),
        (math.nan, ""),
        (None, ""),
        (pd.NA, ""),
        (True, "true"),
        (np.bool_(False), "false"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers_keep_full_precision_and_missing_is_empty(value, expected):
    assert safe_cell(value) == expected


def test_headers_are_made_safe_too():
    assert write_csv(["=x"], [[1]]) == "'=x\n1\n"


def test_a_frame_comes_back_as_it_was():
    frame = pd.DataFrame({"group": ['a "quoted", name', "-1+1"], "estimate": [0.1 + 0.2, -2.0]})
    rows = list(csv.reader(io.StringIO(frame_to_csv(frame))))
    assert rows[0] == ["group", "estimate"]
    assert rows[1][0] == 'a "quoted", name'
    assert rows[2][0] == "'-1+1"
    assert [float(row[1]) for row in rows[1:]] == frame["estimate"].tolist()
