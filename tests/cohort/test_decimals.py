"""Numbers with a decimal comma: read where the plan says so, else refused with the way out."""

import pytest
from support.raw_cohort import Raw, raw_cohort, read, with_cell, write_csv, write_parquet

from afterglow.errors import DataError

COMMA = {"decimal": ","}


def with_commas(raw: Raw) -> Raw:
    """Write every number with decimals behind a comma, as spreadsheets in Germany do."""
    for columns in raw.values():
        for name, cells in columns.items():
            columns[name] = [str(c).replace(".", ",") if type(c) is float else c for c in cells]
    return raw


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_a_decimal_comma_is_read_as_a_point_would_be(tmp_path, write):
    told = read(write(with_commas(raw_cohort()), tmp_path / "comma"), **COMMA)
    plain = read(write(raw_cohort(), tmp_path / "point"))
    assert told.subjects.equals(plain.subjects)
    assert told.scores.equals(plain.scores)
    assert told.sessions.equals(plain.sessions)


def test_words_keep_their_commas(tmp_path):
    raw = with_cell(with_commas(raw_cohort()), "subjects", "arm", 2, "0,5")
    cohort = read(write_csv(raw, tmp_path / "raw"), **COMMA)
    assert cohort.subjects["arm"].tolist() == ["ketamine", "0,5", "ketamine"]


def test_a_day_after_a_comma_is_scaled(tmp_path):
    raw = with_cell(with_commas(raw_cohort()), "scores", "day", 2, "1,5")
    data = {"scores": {"units": {"day": "weeks"}}}
    cohort = read(write_csv(raw, tmp_path / "raw"), decimal=",", **data)
    assert 10.5 in cohort.scores["day"].tolist()


def test_items_may_have_commas(tmp_path):
    raw = with_commas(raw_cohort())
    raw["scores"]["score"] = [None] * 6
    raw["scores"] |= {f"item_{k}": ["3,0"] * 6 for k in range(1, 11)}
    assert read(write_csv(raw, tmp_path / "raw"), **COMMA).scores["score"].tolist() == [30.0] * 6


def said(raw: Raw, folder, **data) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(write_csv(raw, folder / "raw"), **data)
    return [str(problem) for problem in caught.value.problems]


def test_a_comma_that_the_plan_does_not_know(tmp_path):
    assert said(with_cell(raw_cohort(), "scores", "day", 2, "1,5"), tmp_path) == [
        "scores.day: holds a number with a comma (1 row: 2)."
        ' Set decimal = "," under [data] where it stands before decimals.'
    ]


@pytest.mark.parametrize("cell", ["1.500", "0.5", ".5"])
def test_a_point_beside_decimal_commas_is_refused(tmp_path, cell):
    raw = with_cell(with_commas(raw_cohort()), "sessions", "dose_mg", 2, cell)
    assert said(raw, tmp_path, **COMMA) == [
        "sessions.dose_mg: holds a number with a point (1 row: 2)."
        ' The plan says decimal = "," under [data]: write every number so, or none.'
    ]


@pytest.mark.parametrize("data", [{}, COMMA])
@pytest.mark.parametrize("cell", ["1.234,5", "1,234.5", "1,2,3"])
def test_thousands_are_refused(tmp_path, cell, data):
    raw = with_cell(with_commas(raw_cohort()), "sessions", "dose_mg", 2, cell)
    assert any(
        "sessions.dose_mg: holds text where a number is needed (1 row: 2)" in words
        for words in said(raw, tmp_path, **data)
    )


def test_a_date_is_still_a_date(tmp_path):
    raw = with_cell(with_commas(raw_cohort()), "scores", "day", 2, "01.02.2024")
    (words,) = said(raw, tmp_path, **COMMA)
    assert "holds a calendar date" in words
