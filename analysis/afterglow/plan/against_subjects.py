"""What a plan asks of the subjects' columns that they do not have."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from afterglow.canonical import SUBJECTS
from afterglow.errors import Problem, did_you_mean
from afterglow.names import SUBJECT
from afterglow.plan.model import Plan
from afterglow.plan.places import named_clocks, named_columns, named_references, places_by_name
from afterglow.plan.population import Filter

if TYPE_CHECKING:
    import pandas as pd


def find_subject_problems(plan: Plan, subjects: "pd.DataFrame") -> Iterator[Problem]:
    """Yield columns that are not there or hold the wrong kind, and groups that do not occur."""
    yield from _columns(plan, subjects)
    yield from _columns_of_days(plan, subjects)
    for name, population in plan.population.items():
        for rule in population.filters:
            if rule.column in subjects.columns:
                where = f"population.{name}.filters"
                yield from _filter(where, rule, subjects[rule.column])
    for column in dict.fromkeys(_compared(plan)):
        if column in subjects.columns:
            yield from _references(plan, subjects[column])


def _compared(plan: Plan) -> Iterator[str | None]:
    """Yield the columns whose groups an analysis compares with a reference."""
    for analysis in plan.analysis.values():
        yield analysis.by
        for term in getattr(analysis, "terms", ()):
            yield term.column


def _columns(plan: Plan, subjects: "pd.DataFrame") -> Iterator[Problem]:
    known = [name for name in subjects.columns if name != SUBJECT]
    for column, places in places_by_name(named_columns(plan)).items():
        if column not in known:
            hint = did_you_mean(column, known).strip()
            yield Problem(
                table=SUBJECTS,
                column=column,
                what=f"is not a column (named by {places})",
                remedy=hint or f"Columns: {', '.join(known) or 'none'}.",
            )


def _columns_of_days(plan: Plan, subjects: "pd.DataFrame") -> Iterator[Problem]:
    for column, places in places_by_name(named_clocks(plan, "column")).items():
        if column in subjects.columns and not _is_number(subjects[column]):
            yield Problem(
                table=SUBJECTS,
                column=column,
                what=f"holds no numbers, and days are read from it ({places})",
                remedy="Give days since the first session.",
            )


def _is_number(column: "pd.Series[Any]") -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _filter(where: str, rule: Filter, column: "pd.Series[Any]") -> Iterator[Problem]:
    limited = rule.at_least is not None or rule.at_most is not None
    if limited and not _is_number(column):
        yield Problem(
            table=SUBJECTS,
            column=str(rule.column),
            what=f"holds no numbers, and {where} compares it with at_least or at_most",
            remedy="Use in or not_in.",
        )
    if rule.among is not None and not column.isin(_as_held(rule.among, column)).any():
        yield Problem(
            table=SUBJECTS,
            column=str(rule.column),
            what=f"holds none of the values that {where} names: {_listed(rule.among)}",
            remedy="Write the values as the table has them, or drop the filter.",
        )


def _as_held(values: tuple[Any, ...], column: "pd.Series[Any]") -> list[Any]:
    """Return the values that can stand in the column: true is no number, and "1" is not 1."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        return [value for value in values if isinstance(value, bool)]
    if _is_number(column):
        return [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    return [value for value in values if isinstance(value, str)]


def _listed(values: tuple[Any, ...]) -> str:
    return ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)


def _references(plan: Plan, column: "pd.Series[Any]") -> Iterator[Problem]:
    groups = {str(group) for group in column.dropna().unique()}
    for reference, places in places_by_name(named_references(plan, str(column.name))).items():
        if reference not in groups:
            yield Problem(
                table=SUBJECTS,
                column=str(column.name),
                what=f"'{reference}', the reference of {places}, is not among its "
                f"{len(groups)} groups",
                remedy="Write the group as the table has it.",
            )
