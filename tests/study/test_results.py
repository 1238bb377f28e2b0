"""The table of results: columns, order, rows side by side."""

import math

from afterglow.study.results import COLUMNS, results_from

ROWS = [
    {"section": "warnings", "warning": "late"},
    {"section": "curve", "statistic_name": "survival", "group": "a", "time_days": 0, "estimate": 1},
    {"section": "curve", "statistic_name": "survival", "group": "a", "time_days": 7, "estimate": 0.5},
    {"section": "curve", "statistic_name": "at_risk", "group": "a", "time_days": 7, "estimate": 4},
    {"section": "analysis", "statistic_name": "median", "group": "a", "estimate": 7, "cycle": 1},
]  # fmt: skip


def test_columns_and_empty_cells():
    table = results_from(ROWS).table
    assert tuple(table.columns) == COLUMNS
    first = table.iloc[0]
    assert (first["section"], first["analysis"], first["cycle"]) == ("analysis", "", 1)
    assert math.isnan(first["conf_low"])
    assert table["warning"].tolist()[-1] == "late"


def test_sections_come_in_their_order_and_rows_keep_theirs():
    table = results_from(ROWS).table
    assert table["section"].tolist() == ["analysis", "curve", "curve", "curve", "warnings"]
    assert table["time_days"].tolist()[1:4] == [0, 7, 7]


def test_statistics_side_by_side():
    wide = results_from(ROWS).beside("survival", "at_risk", section="curve")
    assert wide["time_days"].tolist() == [0, 7]
    assert wide["survival"].tolist() == [1, 0.5]
    assert math.isnan(wide["at_risk"][0])
    assert wide["at_risk"][1] == 4


def test_selected_rows_are_a_copy():
    results = results_from(ROWS)
    rows = results.select(section="analysis")
    rows.loc[0, "estimate"] = 99
    assert results.table["estimate"].iloc[0] == 7


def test_no_rows_give_an_empty_table():
    assert len(results_from([]).table) == 0
