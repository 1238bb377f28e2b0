"""Rows of the results: their head, which says what they belong to, and the statistic itself."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.names import (
    ANALYSIS,
    CYCLE,
    ENDPOINT,
    ESTIMATE,
    POPULATION,
    STATISTIC_NAME,
    STRATEGY,
    WARNING,
)
from afterglow.plan.analyses import Analysis
from afterglow.study.results import COLUMNS, ROLE, SECTION, Row

Found = TypeVar("Found")


def analysis_head(name: str, analysis: Analysis, section: str) -> Row:
    """Return what every row of an analysis says of it."""
    words = (f"{event} = {strategy}" for event, strategy in sorted(analysis.strategy.items()))
    return {
        SECTION: section,
        ROLE: analysis.role,
        ANALYSIS: name,
        ENDPOINT: analysis.endpoint,
        POPULATION: analysis.population,
        STRATEGY: ", ".join(words),
        CYCLE: analysis.cycle,
    }


def statistic(head: Mapping[str, Any], name: str, estimate: float, **more: Any) -> Row:
    """Return one row."""
    return {**head, STATISTIC_NAME: name, ESTIMATE: estimate, **more}


def statistics(head: Mapping[str, Any], name: str, frame: pd.DataFrame, **more: Any) -> list[Row]:
    """Return one row per row of an estimator's tidy frame.

    Columns that are not ours are left out; what the head says goes before what the frame says, but
    both warnings are kept.
    """
    known = [column for column in frame.columns if column in COLUMNS]
    rows: list[Row] = []
    for record in frame[known].to_dict("records"):
        warnings = (head.get(WARNING, ""), record.get(WARNING, ""))
        said = {WARNING: "; ".join(warning for warning in warnings if warning)}
        row: Row = {str(column): value for column, value in record.items()}
        rows.append(row | dict(head) | {STATISTIC_NAME: name} | said | more)
    return rows


def attempted(estimate: Callable[[], Found]) -> tuple[Found | None, str]:
    """Return an estimate and "", or None and why these data have none, without a full stop."""
    try:
        return estimate(), ""
    except (NotEstimable, UsageError) as error:
        return None, str(error).partition("\n")[0].removesuffix(".")


def not_estimated(head: Mapping[str, Any], name: str, why: str, **more: Any) -> Row:
    """Return the row of a statistic that these data do not give."""
    return statistic(head, name, float("nan"), **{WARNING: why}, **more)
