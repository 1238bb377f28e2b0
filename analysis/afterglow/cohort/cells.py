"""What one cell means, as SQL: its text without blanks and missing marks, a number, a truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from afterglow.canonical import Column
from afterglow.cohort import sql
from afterglow.cohort.raw import RawColumn

TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE_FORMS = (
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?",
    rf"(?i)\d{{1,4}}[-/. ]*({MONTHS})[a-z]*[-/., ]*\d{{2,4}}.*",
    rf"(?i)({MONTHS})[a-z]*[-/., ]*\d{{1,2}}[-/., ]+\d{{2,4}}",
)
PLAIN_NUMBER = r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
ONE_SEPARATOR = r"[+-]?[0-9]*[.,][0-9]*([eE][+-]?[0-9]+)?"
EXACT_WHOLE = 1e15
NUMBER_FAULTS = ("unread", "date", "comma")
NOT_A_NUMBER = "CAST('nan' AS DOUBLE)"


@dataclass(frozen=True, slots=True)
class Cell:
    """How a column is read: SQL for its text (NULL where missing) and, where native, a number.

    `raw` is the column itself, where its words are not mapped to ours.
    """

    text: str
    label: str
    native: str = ""
    raw: RawColumn | None = None


def column_cell(
    column: RawColumn,
    missing: Iterable[str],
    values: Mapping[str, str] | None = None,
    *,
    decimal_comma: bool = False,
) -> Cell:
    """Return how a raw column is read: trimmed, missing marks gone, the user's words ours."""
    marks = [mark.strip() for mark in missing]
    text = _without_marks(text_of(column, decimal_comma=decimal_comma), marks)
    if values:
        cases = [(sql.literal(key), sql.literal(word)) for key, word in values.items()]
        return Cell(f"NULLIF({sql.choice(text, cases, text)}, '')", column.name)
    native = _native(column, marks) if column.family in ("number", "integer") else ""
    return Cell(text, column.name, native, column)


def constant_cell(value: str | float | bool, label: str) -> Cell:
    """Return the cell of a constant of the plan."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Cell(sql.literal(text), label)


def empty_cell(label: str) -> Cell:
    """Return the cell of a column that is not there."""
    return Cell("CAST(NULL AS VARCHAR)", label)


def text_of(column: RawColumn, *, decimal_comma: bool = False) -> str:
    """Return SQL of a cell's text without blanks around it; whole numbers have no point.

    With a decimal comma, the comma of a number becomes a point; a point becomes a comma, which no
    number has, so that 1.500 is refused rather than read as one and a half.
    """
    name = column.physical
    if column.family == "number":
        whole = f"CAST(CAST({name} AS BIGINT) AS VARCHAR)"
        is_whole = f"{name} = trunc({name}) AND abs({name}) < {EXACT_WHOLE!r}"
        return (
            f"CASE WHEN isnan(CAST({name} AS DOUBLE)) THEN NULL "
            f"WHEN {is_whole} THEN {whole} ELSE CAST({name} AS VARCHAR) END"
        )
    text = f"NULLIF(trim(CAST({name} AS VARCHAR)), '')"
    if not decimal_comma or column.family != "text":
        return text
    is_one = f"regexp_full_match({text}, {sql.literal(ONE_SEPARATOR)})"
    return f"CASE WHEN {is_one} THEN translate({text}, '.,', ',.') ELSE {text} END"


def _finite(marks: Iterable[str]) -> list[float]:
    found = []
    for mark in marks:
        try:
            value = float(mark)
        except ValueError:
            continue
        if value - value == 0:
            found.append(value)
    return found


def _without_marks(text: str, marks: list[str]) -> str:
    tests = [sql.one_of(text, marks)] if marks else []
    tests += [f"TRY_CAST({text} AS DOUBLE) = {sql.number(value)}" for value in _finite(marks)]
    return f"CASE WHEN {' OR '.join(tests)} THEN NULL ELSE {text} END" if tests else text


def _native(column: RawColumn, marks: list[str]) -> str:
    value = f"CAST({column.physical} AS DOUBLE)"
    tests = [f"isnan({value})"]
    tests += [f"{value} = {sql.number(mark)}" for mark in _finite(marks)]
    return f"CASE WHEN {' OR '.join(tests)} THEN NULL ELSE {value} END"


def flag(column: str, what: str) -> str:
    """Return the name of a column of the staged view that flags a fault of `column`."""
    return sql.name(f"{column}!{what}")


def staged_text(column: str) -> str:
    """Return the name of the column that holds the text of `column` before it is typed."""
    return flag(column, "text")


def as_number(text: str) -> str:
    """Return SQL of the number that `text` (a column name) says, NULL where it says none.

    Not-a-number, in all its spellings (nan, -nan, nan(ind)), is missing.
    """
    plain = f"CASE WHEN contains({text}, '_') THEN NULL ELSE TRY_CAST({text} AS DOUBLE) END"
    return f"NULLIF({plain}, {NOT_A_NUMBER})"


def number_unread(text: str) -> str:
    """Return the test that `text` is there and says no number."""
    spelled = f"coalesce(TRY_CAST({text} AS DOUBLE) = {NOT_A_NUMBER}, FALSE)"
    return f"({text} IS NOT NULL AND ({as_number(text)}) IS NULL AND NOT {spelled})"


def looks_like_date(text: str) -> str:
    """Return the test that `text` is a calendar date."""
    tests = [f"regexp_full_match({text}, {sql.literal(form)})" for form in DATE_FORMS]
    return f"coalesce({' OR '.join(tests)}, FALSE)"


def has_one_comma(text: str) -> str:
    """Return the test that `text` would be a number if its comma were a point."""
    return f"coalesce(regexp_full_match({text}, {sql.literal(ONE_SEPARATOR)}), FALSE)"


def as_bool(text: str) -> str:
    """Return SQL of the truth that `text` says, NULL where it says none."""
    low = f"lower({text})"
    true, false = sql.one_of(low, TRUE_WORDS), sql.one_of(low, FALSE_WORDS)
    return f"CASE WHEN {true} THEN TRUE WHEN {false} THEN FALSE ELSE NULL END"


def as_word(text: str, words: Iterable[str]) -> str:
    """Return SQL of `text` in the spelling of `words`, whatever its case; others stay."""
    cases = [(sql.literal(word.lower()), sql.literal(word)) for word in words]
    return sql.choice(f"lower({text})", cases, text)


def typed(column: Column, cell: Cell) -> dict[str, str]:
    """Return the staged columns of one canonical column: its value, and flags of its faults.

    The SQL reads `<column>!text` (and `<column>!native` where the file holds numbers).
    """
    text = staged_text(column.name)
    quoted = sql.name(column.name)
    unread, date, comma = (flag(column.name, what) for what in NUMBER_FAULTS)
    if column.kind == "text":
        return {quoted: as_word(text, column.words)}
    if column.kind == "bool":
        value = as_bool(text)
        return {quoted: value, unread: f"({text} IS NOT NULL AND ({value}) IS NULL)"}
    if cell.native:
        return {quoted: flag(column.name, "native")} | dict.fromkeys((unread, date, comma), "FALSE")
    not_number, is_comma, is_date = number_unread(text), has_one_comma(text), looks_like_date(text)
    return {
        quoted: as_number(text),
        unread: _only_where(not_number, f"NOT ({is_date} OR {is_comma})"),
        date: _only_where(not_number, is_date),
        comma: _only_where(not_number, is_comma),
    }


def as_it_is(column: Column) -> dict[str, str]:
    """Return the staged columns of one whose cells need no reading: its value, and no faults."""
    quoted = sql.name(column.name)
    faults = {"text": (), "bool": ("unread",)}.get(column.kind, NUMBER_FAULTS)
    return {quoted: quoted} | {flag(column.name, fault): "FALSE" for fault in faults}


def _only_where(rare: str, test: str) -> str:
    """Return `rare AND test` such that DuckDB works out `test` for rare rows alone."""
    return f"CASE WHEN {rare} THEN {test} ELSE FALSE END"
