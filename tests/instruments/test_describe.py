"""What a reader is told about an instrument."""

import pytest

from afterglow.instruments.describe import Row, describe, describe_library
from afterglow.instruments.registry import get, ids, load_library


def values(instrument, what):
    return [row.value for row in describe(instrument) if row.what == what]


def test_the_list_has_one_row_per_instrument():
    rows = describe_library(load_library())
    assert tuple(row.what for row in rows) == ids()
    (madrs,) = (row for row in rows if row.what == "MADRS")
    assert madrs.value == (
        "Montgomery–Åsberg Depression Rating Scale: 10 items, sum 0–60, lower is better"
    )


@pytest.mark.parametrize(
    ("name", "what", "value"),
    [
        ("MADRS", "items", "10 items 0–6"),
        ("HAMD17", "items", "8 items 0–2; 9 items 0–4"),
        ("HAMD17", "total", "0–52, sum of the items"),
        ("QIDSSR16", "total", "0–27, sum of 9 items and groups"),
        ("QIDSSR16", "group psychomotor", "largest of item_15, item_16"),
        ("MADRS", "missing items", "any missing item makes the total missing"),
        ("PCL5", "response", "improvement ≥ 10 points (older guidance: clinically meaningful)"),
        ("PCL5", "recall", "past month"),
        ("HAMD6", "items of HAMD17", "item_1, item_2, item_7, item_8, item_10, item_13"),
        ("GAD7", "remission", "< 5 (Hull 2022)"),
        ("CADSS", "subscale CADSS6", "0–24, sum of " + ", ".join(get("CADSS").subscales[0].items)),
        ("MADRS", "version 24-hour recall", "0–60, clinician, past 24 hours"),
    ],
)
def test_statement(name, what, value):
    assert value in values(get(name), what)


def test_a_version_without_known_items_says_so():
    assert values(get("HAMD17").version("21 items"), "items") == ["21; only totals are known"]


def test_forbidden_percent_change_says_why():
    (value,) = values(get("CSSRS_SI"), "percent change")
    assert value.startswith("forbidden: its values are six ordered categories")
    assert values(get("MADRS"), "percent change") == ["allowed"]


def test_rows_carry_origin_and_caution():
    rows = describe(get("MADRS"))
    remission = Row(
        "remission",
        "≤ 9 (Murrough and colleagues)",
        "field convention",
        "established",
    )
    assert remission in rows
    (self_rated,) = (row for row in rows if row.what == "version MADRS-S, items 0-3")
    assert self_rated.confidence == "uncertain: check before use"


def test_notebook_table_escapes_text():
    hostile = get("MADRS").model_copy(update={"name": "<script>alert(1)</script>"})
    shown = hostile._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_reversed_items_are_named():
    form = get("GAD7").form.model_copy(update={"reversed": ("item_2",)})
    instrument = get("GAD7").model_copy(update={"form": form})
    assert values(instrument, "items") == ["7 items 0–3; reversed: item_2"]
