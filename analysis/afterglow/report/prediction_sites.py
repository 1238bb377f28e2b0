"""Each site of a prediction, predicted by models of the others."""

import math
from typing import Any, Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import TableBlock
from afterglow.report.prediction_words import LEFT_OUT_SITES, MODEL, is_days
from afterglow.report.words import anchor, variable_label
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Table

TOO_FEW: Final = "Sites with few events say little: read them together."


def sites_table(rows: AnalysisRows) -> TableBlock | None:
    """Return each site predicted by the others; None where none was left out."""
    table = rows.rows("expected_sum")
    labels = [label for label in table["group"].tolist() if label]
    if not labels:
        return None
    unit = "days" if is_days(rows) else "relapses"
    columns = (
        Column(header=variable_label(rows.analysis.leave_out)),
        Column(header="Subjects", show=fmt.count),
        Column(header="Relapses", show=fmt.count, footnote="Each once for every day of prediction "
               "in whose window it lies."),
        Column(header="Expected", unit=unit, show=_one),
        Column(header="Observed", unit=unit, show=_one, footnote="Weighted for censoring."),
        Column(header="Ratio", show=fmt.number),
        Column(header="Concordance" if is_days(rows) else "AUC", show=fmt.number),
        Column(header="Scaled", unit="%", show=fmt.percentage_points),
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
            footnotes=(TOO_FEW, f"Population: {rows.population_label}."),
        ),
    )


def _lower(column: str) -> str:
    label = variable_label(column)
    return label if label.isupper() else label.lower()


def _site(rows: AnalysisRows, label: str) -> tuple[Any, ...]:
    where: Any = {"term": MODEL, "level": LEFT_OUT_SITES, "group": label}
    expected = rows.one("expected_sum", **where)
    order = "concordance" if is_days(rows) else "auc"
    return (
        expected.n,
        rows.one("brier", **where).n_events,
        expected.estimate,
        rows.value("observed_sum", **where),
        _or_none(rows.value("observed_over_expected", **where)),
        *(_or_none(rows.value(name, **where)) for name in
          (order, "scaled_brier", "calibration_slope")),
    )  # fmt: skip


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _one(value: float) -> str:
    return fmt.number(value, 1)
