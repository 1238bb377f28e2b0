"""A table writes itself: captions, scopes, footnote letters, escaped and formula-free."""

import pandas as pd
import pytest
from support.markup import parse

from afterglow.errors import UsageError
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

COLUMNS = (
    Column(header="Arm"),
    Column(header="n", show=fmt.count, spanner="Day 28", footnote="Observed."),
    Column(header="Response", unit="%", show=fmt.percentage_points, spanner="Day 28"),
)


@pytest.fixture
def table():
    return Table(
        caption="Response & remission",
        columns=COLUMNS,
        groups=(
            RowGroup(
                label="Site <A>", rows=(Row(cells=("Ketamine", 1200, 0.541), footnote="IV."),)
            ),
            RowGroup(
                label="Site B",
                rows=(
                    Row(cells=("=cmd()", None, "<b>"), indent=1, footnote="Observed."),
                    Row(cells=("Placebo", 3, -0.001), footnote="IV."),
                ),
            ),
        ),
        footnotes=("Wilson limits.",),
    )


def test_every_header_has_a_scope_and_the_caption_is_first(table):
    page = parse(table.to_html(number="Table 2", name="table_response"))
    assert page.ids == ["table_response"]
    assert page.tags[:2] == ["table", "caption"]
    assert {attributes.get("scope") for attributes in page.all("th")} == {
        "col",
        "colgroup",
        "row",
        "rowgroup",
    }
    assert page.text.lstrip().startswith("Table 2 Response & remission")


def test_numbers_are_shown_and_missing_is_a_dash(table):
    cells = parse(table.to_html()).texts("td")
    assert "1,200" in cells
    assert "54.1" in cells
    assert "0.1" not in cells  # −0.001 as points
    assert "−0.1" in cells
    assert "–" in cells


def test_labels_cannot_become_markup(table):
    html = table.to_html()
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert "Site &lt;A&gt;" in html


def test_remarks_get_letters_in_reading_order_and_equal_ones_share_it(table):
    page = parse(table.to_html())
    assert page.texts("sup") == ["a", "b", "a", "b", "a", "b"]
    assert [text.strip() for text in page.texts("p")] == ["a Observed.", "b IV.", "Wilson limits."]


def test_more_remarks_than_letters():
    rows = tuple(Row(cells=(str(k),), footnote=f"note {k}") for k in range(28))
    marks = parse(
        Table(caption="c", columns=COLUMNS[:1], groups=(RowGroup(rows=rows),)).to_html()
    ).texts("sup")
    assert marks[25:28] == ["z", "aa", "bb"]


def test_csv_keeps_numbers_whole_and_neutralises_text(table):
    assert table.to_csv().splitlines() == [
        "group,Arm,Day 28 n,Day 28 Response (%)",
        "Site <A>,Ketamine,1200,0.541",
        "Site B,'=cmd(),,<b>",
        "Site B,Placebo,3,-0.001",
    ]


def test_csv_of_an_ungrouped_table_has_no_group_column():
    table = Table.from_rows("c", COLUMNS[:2], [["x", 1]])
    assert table.to_csv() == "Arm,Day 28 n\nx,1\n"


def test_from_frame_keeps_order_and_groups():
    frame = pd.DataFrame({"arm": ["k", "p", "k"], "day": [28.0, 1.0, 1.0], "unused": 0})
    table = Table.from_frame(frame, "c", {"day": Column(header="Day")}, group_by="arm")
    assert [group.label for group in table.groups] == ["k", "p"]
    assert [row.cells for row in table.groups[0].rows] == [(28.0,), (1.0,)]


def test_a_row_of_the_wrong_width_is_refused():
    with pytest.raises(UsageError, match=r"Row 2 .* 1 cells for 2 columns"):
        Table.from_rows("c", COLUMNS[:2], [["x", 1], ["y"]])


@pytest.mark.parametrize(
    ("cells", "align"),
    [
        (["Response", None, "–"], "left"),
        (["28 (21–35)", "not reached"], "right"),
        (["not reached", "–"], "right"),
        ([1.0, None], "right"),
        ([None], "right"),
    ],
)
def test_columns_of_words_are_left_and_columns_of_numbers_right(cells, align):
    columns = (Column(header="From"), Column(header="To"))
    table = Table.from_rows("Moves", columns, [("Relapse", cell) for cell in cells])
    assert table.alignment(1) == align
    assert f'<th scope="col" class="{align}">To</th>' in table.to_html()


def test_a_column_may_say_how_it_is_aligned():
    columns = (Column(header="Day", align="right"), Column(header="Kind", align="center"))
    table = Table.from_rows("Kinds", columns, [("1", "scheduled")])
    assert [table.alignment(place) for place in (0, 1)] == ["left", "center"]
