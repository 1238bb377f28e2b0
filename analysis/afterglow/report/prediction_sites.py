"""Each site of a prediction, predicted by models of the others."""

import math
from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import TableBlock
from afterglow.report.prediction_words import LEFT_OUT_SITES, MODEL, is_days
from afterglow.report.words import anchor, variable_label
from afterglow.study.prediction_measures import FEWEST
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Table

TOO_FEW: Final = (
    "Where fewer than {fewest} subjects had a relapse, {order} and slope are left out (–); the "
    "other numbers of such a site say little as well. Together, subjects are compared, and the "
    "slope is taken, within sites."
)
ONCE: Final = "Each relapse once for every day of prediction in whose window it lies."
WEIGHTED: Final = "Weighted for censoring."


def sites_table(rows: AnalysisRows) -> TableBlock | None:
    """Return each site predicted by the others; None where none was left out."""
    table = rows.rows("expected_sum")
    labels = [label for label in table["group"].tolist() if label]
    if not labels:
        return None
    days = is_days(rows)
    unit = "days" if days else "relapses"
    once = "" if days else f"{ONCE} "
    order = "Concordance" if days else "AUC"
    columns = (
        Column(header=variable_label(rows.analysis.leave_out)),
        Column(header="Subjects", show=fmt.count),
        Column(header="With relapse", show=fmt.count, footnote="In the window of some day of "
               "prediction."),
        Column(header="Expected", unit=unit, show=_one),
        Column(header="Observed", unit=unit, show=_one, footnote=f"{once}{WEIGHTED}"),
        Column(header="Ratio", show=fmt.number),
        Column(header=order, show=fmt.number),
        Column(header="Explained" if days else "Scaled Brier score", unit="%",
               show=fmt.percentage_points),
        Column(header="Calibration slope", show=fmt.number),
    )  # fmt: skip
    lines = [(label, *_site(rows, label)) for label in labels]
    lines.append(("All together", *_site(rows, "")))
    return TableBlock(
        name=anchor(rows.anchor, "sites"),
        table=Table.from_rows(
            f"{rows.label}: each {_lower(rows.analysis.leave_out)} predicted by the others",
            columns,
            lines,
            footnotes=(_few(order), f"Population: {rows.population_label}."),
        ),
    )


def _few(order: str) -> str:
    order = order if order.isupper() else order.lower()
    return TOO_FEW.format(fewest=fmt.count(FEWEST), order=order)


def _lower(column: str) -> str:
    label = variable_label(column)
    return label if label.isupper() else label.lower()


def _site(rows: AnalysisRows, label: str) -> tuple[Any, ...]:
    where: Any = {"term": MODEL, "level": LEFT_OUT_SITES, "group": label}
    expected = rows.one("expected_sum", **where)
    order = "concordance" if is_days(rows) else "auc"
    return (
        expected.n,
        rows.value("n_with_event", **where),
        expected.estimate,
        rows.value("observed_sum", **where),
        _or_none(rows.value("observed_over_expected", **where)),
        *(_unwarned(rows.one(name, **where)) for name in
          (order, "scaled_brier", "calibration_slope")),
    )  # fmt: skip


def _unwarned(row: Any) -> float | None:
    """Return an estimate; None where there is none, or a warning says not to show it."""
    return None if row is None or row.warning else _or_none(row.estimate)


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _one(value: float) -> str:
    return fmt.number(value, 1)
