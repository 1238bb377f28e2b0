"""What a row must obey, as data: a test in SQL, what is wrong, and the way out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from afterglow import names as n
from afterglow.canonical import LONGEST_DAYS, Column
from afterglow.cohort import sql
from afterglow.cohort.cells import NUMBER_FAULTS, flag
from afterglow.cohort.staging import DIFFERS, MADE, UNPLACED, Staged
from afterglow.instruments.instrument import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """A fault that shows in one row of a staged view.

    Attributes
    ----------
    column : str
        Canonical column at fault.
    test : str
        SQL that is true for a faulty row; reads the staged view.
    what, remedy : str
        For the user; hold no value of the data.
    """

    column: str
    test: str
    what: str
    remedy: str


Maker = Callable[[Staged, Column], RowRule | None]


def _text_in_number(staged: Staged, column: Column) -> RowRule | None:
    if column.kind not in ("number", "integer"):
        return None
    return RowRule(
        column=column.name,
        test=flag(column.name, "unread"),
        what="holds text where a number is needed",
        remedy="Correct the cells, or list what stands for missing as data.missing.",
    )


def _date_in_number(staged: Staged, column: Column) -> RowRule | None:
    if column.kind not in ("number", "integer"):
        return None
    is_day = column.name in (n.DAY, n.END_DAY)
    wanted = "a day" if is_day else "a number"
    return RowRule(
        column=column.name,
        test=flag(column.name, "date"),
        what=f"holds a calendar date where {wanted} is needed",
        remedy="Give days since the subject's first session: the date minus the date of that "
        "session; dates identify."
        if is_day
        else "Remove the dates; they identify.",
    )


def _other_decimals(staged: Staged, column: Column) -> RowRule | None:
    if column.kind not in ("number", "integer"):
        return None
    point = staged.layout.decimal_comma
    return RowRule(
        column=column.name,
        test=flag(column.name, "comma"),
        what=f"holds a number with a {'point' if point else 'comma'}",
        remedy='The plan says decimal = "," under [data]: write every number so, or none.'
        if point
        else 'Set decimal = "," under [data] where it stands before decimals.',
    )


def _not_finite(staged: Staged, column: Column) -> RowRule | None:
    if column.kind not in ("number", "integer"):
        return None
    return RowRule(
        column=column.name,
        test=f"isinf(CAST({sql.name(column.name)} AS DOUBLE))",
        what="is not finite",
        remedy="Leave a missing cell empty.",
    )


def _not_whole(staged: Staged, column: Column) -> RowRule | None:
    if column.kind != "integer":
        return None
    quoted = sql.name(column.name)
    return RowRule(
        column=column.name,
        test=f"{quoted} <> trunc({quoted})",
        what="is not a whole number",
        remedy="Number the day's sessions 1, 2, …",
    )


def _not_true_or_false(staged: Staged, column: Column) -> RowRule | None:
    if column.kind != "bool":
        return None
    return RowRule(
        column=column.name,
        test=flag(column.name, "unread"),
        what="holds something other than true/false, yes/no or 1/0",
        remedy=_map_words(staged, column, "true"),
    )


def _map_words(staged: Staged, column: Column, ours: str) -> str:
    table = staged.layout.table.name
    return (
        f"Map the words under [data.{table}]: "
        f'values = {{ {column.name} = {{ "your word" = "{ours}" }} }}.'
    )


def _unknown_word(staged: Staged, column: Column) -> RowRule | None:
    if not column.words:
        return None
    return RowRule(
        column=column.name,
        test=f"({sql.name(column.name)} <> '' AND "
        f"NOT {sql.one_of(sql.name(column.name), column.words)})",
        what=f"holds a word other than {', '.join(column.words)}",
        remedy=_map_words(staged, column, column.words[0]),
    )


def _outside(staged: Staged, column: Column) -> RowRule | None:
    low, high = column.minimum, column.maximum
    if low is None and high is None:
        return None
    quoted = sql.name(column.name)
    tests = [f"{quoted} < {sql.number(low)}"] if low is not None else []
    tests += [f"{quoted} > {sql.number(high)}"] if high is not None else []
    unbounded = high is None or high == LONGEST_DAYS
    far = " or more than 100 years away" if high == LONGEST_DAYS else ""
    only_far = "is more than 100 years from the first session"
    limits = f"is below {low:g}{far}" if unbounded else f"is outside {low:g} to {high:g}"
    finite = f"isfinite(CAST({quoted} AS DOUBLE))"
    return RowRule(
        column=column.name,
        test=f"({finite} AND ({' OR '.join(tests)}))",
        what=only_far if low == -LONGEST_DAYS else limits,
        remedy=column.remedy,
    )


def _not_given(staged: Staged, column: Column) -> RowRule | None:
    """Return the rule that a required cell is filled; a missing score is set aside instead."""
    table = staged.layout.table
    absent = staged.layout.lacks(column.name)
    if not column.required or column.name == n.SCORE or absent:
        return None
    tests = [f"{sql.name(column.name)} IS NULL"]
    if column.kind != "text":
        tests += [f"NOT {flag(column.name, what)}" for what in NUMBER_FAULTS]
    if table.column(n.SCORE) is not None:
        tests.append(f"{sql.name(n.SCORE)} IS NOT NULL")
    if column.name == n.DAY and table.column(n.SCORE) is not None:
        tests.append(f"NOT {UNPLACED}")
    return RowRule(
        column=column.name,
        test=f"({' AND '.join(tests)})",
        what="is missing",
        remedy="Fill the cells, or remove the rows.",
    )


COLUMN_RULES: tuple[Maker, ...] = (
    _not_given,
    _text_in_number,
    _date_in_number,
    _other_decimals,
    _not_finite,
    _not_whole,
    _not_true_or_false,
    _unknown_word,
    _outside,
)


def column_rules(staged: Staged) -> list[RowRule]:
    """Return the rules that follow from what each column may hold."""
    columns = (*staged.columns, *staged.items)
    made = (maker(staged, column) for column in columns for maker in COLUMN_RULES)
    return [rule for rule in made if rule is not None]


def score_rules(staged: Staged, instruments: Iterable[Instrument]) -> list[RowRule]:
    """Return the rules of scores: known instruments, their ranges, placed visits."""
    instruments = list(instruments)
    known = sql.one_of(sql.name(n.INSTRUMENT), [instrument.id for instrument in instruments])
    rules = [
        RowRule(
            column=n.INSTRUMENT,
            test=f"({sql.name(n.INSTRUMENT)} IS NOT NULL AND NOT {known})",
            what="names an instrument that is not known",
            remedy="See `afterglow instruments`; map other words under [data.scores]: "
            'values = { instrument = { "your word" = "MADRS" } }.',
        ),
        RowRule(
            column=n.VISIT,
            test=f"({UNPLACED} AND {sql.name(n.SCORE)} IS NOT NULL)",
            what="has no day in data.scores.visit_days",
            remedy="Give every visit label its day.",
        ),
        RowRule(
            column=n.SCORE,
            test=DIFFERS,
            what="differs from the total of the row's own items",
            remedy="Correct the score or the items, or leave the score empty: items are totalled.",
        ),
    ]
    for instrument in instruments:
        rules += _instrument_rules(instrument)
    return rules


def _instrument_rules(instrument: Instrument) -> list[RowRule]:
    score, mine = sql.name(n.SCORE), f"{sql.name(n.INSTRUMENT)} = {sql.literal(instrument.id)}"
    low, high = instrument.minimum, instrument.maximum
    outside = f"({score} < {sql.number(low)} OR {score} > {sql.number(high)})"
    hint = f" {instrument.out_of_range_hint}" if instrument.out_of_range_hint else ""
    rules = [
        RowRule(
            column=n.SCORE,
            test=f"({mine} AND isfinite({score}) AND {outside})",
            what=f"is outside {low:g} to {high:g}, the range of {instrument.id}",
            remedy=f"Correct the cells, or name the instrument that was used.{hint}",
        )
    ]
    if instrument.form.whole_totals:
        rules.append(
            RowRule(
                column=n.SCORE,
                test=f"({mine} AND NOT {MADE} AND isfinite({score}) AND {score} <> trunc({score}))",
                what=f"is fractional, and totals of {instrument.id} are whole",
                remedy="Give totals as recorded, neither averaged nor prorated.",
            )
        )
    return rules
