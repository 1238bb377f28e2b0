"""How a result shows itself in a notebook."""

import numpy as np
import pandas as pd

from afterglow.estimate.result import Result


def shown(**columns):
    return Result(table=pd.DataFrame(columns), sentence="A sentence.")._repr_html_()


def test_what_is_the_same_in_all_rows_stands_once_below():
    page = shown(term="survival", time_days=[7.0, 14.0], estimate=[0.5, 0.25], method="by hand")
    assert page.count("by hand") == 1
    assert "survival" not in page
    assert "<th>method</th>" not in page


def test_the_only_row_keeps_its_name():
    assert "age" in shown(term=["age"], estimate=[0.5])


def test_groups_are_kept_where_there_are_several():
    assert "<th>group</th>" in shown(group=["a", "b"], estimate=[0.5, 0.25])
    assert "<th>group</th>" not in shown(group=[""], estimate=[0.5])


def test_numbers_have_four_digits_and_missing_ones_are_empty():
    page = shown(term=["a", "b", "c"], estimate=[0.123456, np.nan, np.inf])
    assert "0.1235" in page
    assert "NaN" not in page
    assert "inf" in page or "∞" in page


def test_long_tables_are_cut_and_say_so():
    page = shown(time_days=np.arange(25.0), estimate=np.linspace(0, 1, 25))
    assert "15 more rows" in page


def test_text_is_escaped():
    assert "<b>" not in shown(group=["<b>", "c"], estimate=[0.5, 0.25], warning=["<b>x", ""])
