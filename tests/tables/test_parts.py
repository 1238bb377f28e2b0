"""Cells of several numbers: what is read, and what the CSV holds."""

import math

import pytest

from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Table


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (parts.share(0.541, 0.442, 0.637), "54.1 (44.2–63.7)"),
        (parts.share(-0.02, -0.1, 0.05), "−2.0 (−10.0 to 5.0)"),
        (parts.share(0.0, 0.0, 0.0), "0.0"),
        (parts.ratio(0.62, 0.41, 0.93), "0.62 (0.41–0.93)"),
        (parts.ratio(math.nan, 0.0, math.inf), "–"),
        (parts.score(14.25, 12.9, 15.5), "14.3 (12.9–15.5)"),
        (parts.time(28.0, 21.0, math.nan), "28 (21 to not reached)"),
        (parts.time(math.nan, math.nan, math.nan), "not reached"),
        (parts.count_of(54, 100), "54/100"),
        (parts.count_percent(54, 0.54), "54 (54.0)"),
        (parts.mean_sd(44.14, 12.3), "44.1 (12.3)"),
        (parts.median_quartiles(44.0, 35.25, 53.0), "44 (35.3–53)"),
    ],
)
def test_a_cell_is_read_as_one(cell, words):
    assert str(cell) == words


def test_every_number_has_a_column_of_its_own_in_full_precision():
    columns = (Column(header="Group"), Column(header="Rate", unit="%", show=fmt.count))
    rows = [("a", parts.share(1 / 3, 0.1, 0.5)), ("b", 7.0), ("c", "–")]
    table = Table.from_rows("Rates", columns, rows)
    assert table.to_csv() == (
        "Group,Rate (%) estimate,Rate (%) low,Rate (%) high\n"
        "a,0.3333333333333333,0.1,0.5\n"
        "b,7.0,,\n"
        "c,–,,\n"
    )
    assert [table.shown(row)[1] for row in table.groups[0].rows] == ["33.3 (10.0–50.0)", "7", "–"]
