"""How far a Cox model may be trusted: its concordance, and whether its hazards are proportional."""

import math
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.drift import draw_drift
from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, STATISTIC, TIME, TRANSFORMED_TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import days_axis
from afterglow.report.drawing import figure
from afterglow.report.regression_blocks import term_label
from afterglow.report.words import anchor, lower_first, variable_label
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

CONCORDANCE: Final = "concordance"
PROPORTIONAL_HAZARDS: Final = "proportional_hazards_test"
COEFFICIENT_OVER_TIME: Final = "log_hazard_ratio_over_time"
DOUBTFUL: Final = 0.05
NEED: Final = (
    "A Cox model takes each hazard ratio as the same on every day. Where that fails, a ratio is an"
    " average over the time watched, and depends on how long that was."
)
CHANGING: Final = "the ratios seem to change over time, and are averages over the time watched"
PERHAPS: Final = "the ratio for {label} may change over time"
STEADY: Final = "no clear sign that the ratios change over time"
SHOWN_POINTS: Final = 8


def checks_sentence(rows: AnalysisRows) -> str:
    """Return concordance and the test of proportional hazards in words; "" without either."""
    return " ".join(words for words in (_concordance(rows), _proportionality(rows)) if words)


def _concordance(rows: AnalysisRows) -> str:
    found = rows.one(CONCORDANCE)
    if found is None or math.isnan(found.estimate):
        why = "" if found is None else found.warning.rstrip(".")
        return f"There is no concordance: {why}." if why else ""
    value = fmt.estimate(found.estimate, found.conf_low, found.conf_high, level=rows.level)
    return f"Concordance {value}, where 0.5 is no better than chance."


def _proportionality(rows: AnalysisRows) -> str:
    tests = _tests(rows)
    whole = next((test for test in tests if not test.level), None)
    if whole is None or math.isnan(whole.p_value):
        why = "" if whole is None else whole.warning
        return f"Proportional hazards could not be tested: {why}." if why else ""
    terms = [test for test in tests if test.level and not math.isnan(test.p_value)]
    words = f"Proportional hazards: {fmt.p_statement(whole.p_value)} for the whole model"
    verdict = CHANGING if whole.p_value < DOUBTFUL else STEADY
    if len(terms) > 1:
        worst = min(terms, key=lambda test: test.p_value)
        label = lower_first(variable_label(worst.level))
        words += f", smallest for {label} ({fmt.p_statement(worst.p_value)})"
        if worst.p_value < DOUBTFUL <= whole.p_value:
            verdict = PERHAPS.format(label=label)
    return f"{words}: {verdict}."


def _tests(rows: AnalysisRows) -> list[Any]:
    return list(records(rows.rows(PROPORTIONAL_HAZARDS)))


def proportionality_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the test of each covariate and of all together; None where none was done."""
    tests = _tests(rows)
    if not any(math.isfinite(test.p_value) for test in tests):
        return None
    columns = (
        Column(header="Covariate"),
        Column(header="Chi-squared", show=fmt.number),
        Column(header="Degrees of freedom", show=fmt.count),
        Column(header="p", show=fmt.p_value),
    )
    body = tuple(
        Row(
            cells=(
                variable_label(test.level) if test.level else "All together",
                *(_known(value) for value in (test.statistic, test.df, test.p_value)),
            )
        )
        for test in tests
    )
    warned = tuple(dict.fromkeys(test.warning for test in tests if test.warning))
    return TableBlock(
        name=anchor(rows.anchor, "proportional-hazards"),
        table=Table(
            caption=f"{rows.label}: tests of proportional hazards",
            columns=columns,
            groups=(RowGroup(rows=body),),
            footnotes=(NEED, *warned, f"Population: {rows.population_label}."),
        ),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def drift_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the single coefficient that drifts most; None where no curve could be smoothed."""
    curves = rows.rows(COEFFICIENT_OVER_TIME, "curve")
    tests = [test for test in _tests(rows) if test.level and math.isfinite(test.p_value)]
    tests = [test for test in tests if (curves[LEVEL] == test.level).any()]
    if not tests:
        return None
    worst = min(tests, key=lambda test: test.p_value)
    curve = curves[curves[LEVEL] == worst.level].reset_index(drop=True)
    coefficient = next(row for row in records(rows.rows("coefficient")) if row.level == worst.level)
    label, constant = term_label(rows, coefficient), float(coefficient.estimate)
    drawn = draw_drift(
        curve.assign(**{TRANSFORMED_TIME: curve[STATISTIC]}),
        constant=constant,
        ylabel="Log hazard ratio",
        xlabel=days_axis(rows),
        ax=new_axes(DOUBLE_COLUMN, STANDARD_HEIGHT),
    )
    return figure(
        anchor(rows.anchor, "coefficient-over-time"),
        drawn,
        title=f"{rows.label}: {label} over time",
        caption=(
            f"{rows.label}: the log hazard ratio over time for {_within(label)}, of all"
            " covariates with one coefficient the one that drifts most. Line: scaled Schoenfeld"
            f" residuals smoothed by a natural spline; band: {fmt.confidence_level(rows.level)} at"
            " each day; dashed: the model's constant. Days with many events take more room."
        ),
        alt=_alt(label, curve, constant, worst.p_value),
        data=_points(rows, label, curve.iloc[:: max(len(curve) // SHOWN_POINTS, 1)]),
        points=_points(rows, label, curve),
    )


def _within(label: str) -> str:
    return label if " vs " in label else lower_first(label)


def _alt(label: str, curve: "pd.DataFrame", constant: float, p_value: float) -> str:
    lowest, highest = fmt.number(curve[ESTIMATE].min()), fmt.number(curve[ESTIMATE].max())
    return (
        f"The log hazard ratio for {_within(label)} runs between {lowest} and {highest} over time,"
        f" against {fmt.number(constant)} in the model ({fmt.p_statement(p_value)} for a drift)."
    )


def _points(rows: AnalysisRows, label: str, curve: "pd.DataFrame") -> Table:
    unit = fmt.confidence_level(rows.level)
    return Table.from_rows(
        f"{label}: log hazard ratio over time",
        (Column(header="Day", show=fmt.days_number), Column(header="Log hazard ratio", unit=unit)),
        [
            (row[TIME], parts.ratio(row[ESTIMATE], row[CONF_LOW], row[CONF_HIGH]))
            for _, row in curve.iterrows()
        ],
    )
