"""Figures of a prediction: calibration, and the decision curve."""

import math
from typing import TYPE_CHECKING, Final

from afterglow.figures.calibration import HEIGHT, draw_calibration
from afterglow.figures.canvas import new_axes
from afterglow.figures.decision import draw_net_benefit
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, PREDICTED, STATISTIC, THRESHOLD
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.drawing import figure
from afterglow.report.prediction_words import KINDS, MODEL, is_days, target_words, unseen_kind
from afterglow.report.words import anchor, listed, lower_first, upper_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

CURVE: Final = "curve"
ACTS: Final = {
    MODEL: "those whom the model puts at or above the threshold",
    "everybody": "everybody",
    "nobody": "nobody",
}


def calibration_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw observed against predicted, as fitted and in those left out; None without a model."""
    curves, bins = rows.rows("calibration_curve", CURVE), rows.rows("calibration_bin", CURVE)
    if not len(curves) or not len(bins):
        return None
    unit = "days" if is_days(rows) else "%"
    what = "days" if is_days(rows) else "risk"
    axes = draw_calibration(
        _frame(curves), _frame(bins), xlabel=f"Predicted {what} ({unit})" if unit == "%" else
        "Predicted days", ylabel=f"Observed ({unit})", share=not is_days(rows),
        ax=new_axes(DOUBLE_COLUMN, HEIGHT),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, "calibration"),
        axes,
        title=f"{rows.label}: calibration",
        caption=f"{rows.label}: what came against what was predicted. Curves: local linear "
        "regression; marks: means of fifths of the predictions, whiskers "
        f"{fmt.confidence_level(rows.level)}. All weighted for censoring.",
        alt=_said_calibration(rows),
        data=_bins_table(rows, bins),
    )


def _frame(rows: "pd.DataFrame") -> "pd.DataFrame":
    frame = rows[["level", STATISTIC, ESTIMATE, CONF_LOW, CONF_HIGH]]
    frame = frame.rename(columns={"level": GROUP, STATISTIC: PREDICTED})
    return frame.assign(**{GROUP: [lower_first(KINDS[kind]) for kind in frame[GROUP]]})


def _said_calibration(rows: AnalysisRows) -> str:
    parts_ = []
    for kind in dict.fromkeys(rows.rows("calibration_curve", CURVE)["level"]):
        slope = rows.value("calibration_slope", term=MODEL, level=kind)
        off = rows.value("ici", term=MODEL, level=kind)
        if math.isnan(slope):
            continue
        far = fmt.days(off) if is_days(rows) else f"{fmt.percentage_points(off)} points"
        parts_.append(f"{lower_first(KINDS[kind])} {fmt.number(slope)} (off by {far} on average)")
    return f"Calibration slope: {listed(parts_)}." if parts_ else "Predictions do not vary."


def _bins_table(rows: AnalysisRows, bins: "pd.DataFrame") -> Table:
    days = is_days(rows)
    unit = "days" if days else "%"
    columns = (
        Column(header="Fifth of the predictions"),
        Column(header="Rows", show=fmt.count),
        Column(
            header="Predicted", unit=unit, show=fmt.days_number if days else fmt.percentage_points
        ),
        Column(header="Observed", unit=f"{unit}, {fmt.confidence_level(rows.level)}"),
    )
    cell = parts.time if days else parts.share
    groups = []
    for kind in dict.fromkeys(bins["level"].tolist()):
        mine = records(bins[bins["level"] == kind])
        body = tuple(
            Row(
                cells=(
                    fmt.count(place),
                    one.n,
                    one.statistic,
                    cell(one.estimate, one.conf_low, one.conf_high),
                )
            )
            for place, one in enumerate(mine, start=1)
        )
        groups.append(RowGroup(label=KINDS[kind], rows=body))
    return Table(
        caption=f"{rows.label}: predicted and observed", columns=columns, groups=tuple(groups)
    )


def decision_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the net benefit by threshold; None where no risk is predicted."""
    table = rows.rows("net_benefit", CURVE)
    if not len(table):
        return None
    frame = table.rename(columns={STATISTIC: THRESHOLD, "term": "who"})
    frame = frame[[THRESHOLD, ESTIMATE, "who"]].rename(columns={"who": GROUP})
    frame = frame.assign(**{GROUP: [f"act on {ACTS[who]}" for who in frame[GROUP]]})
    axes = draw_net_benefit(
        frame, xlabel="Risk at or above which one acts (%)", ylabel="Net benefit",
        ax=new_axes(DOUBLE_COLUMN),
    )  # fmt: skip
    kind = lower_first(KINDS[unseen_kind(rows)])
    return figure(
        anchor(rows.anchor, "decision"),
        axes,
        title=f"{rows.label}: decision curve",
        caption=f"{rows.label}: net benefit of acting on the {target_words(rows)} ({kind}). "
        "Relapses that action meets, per subject and day of prediction, less needless actions "
        "weighted by the odds of the threshold.",
        alt=_said_benefit(rows),
        data=_benefit_table(rows),
    )


def _benefits(rows: AnalysisRows) -> dict[float, dict[str, float]]:
    found: dict[float, dict[str, float]] = {}
    for row in records(rows.rows("net_benefit", CURVE)):
        found.setdefault(row.statistic, {})[row.term] = row.estimate
    return found


def _said_benefit(rows: AnalysisRows) -> str:
    best = [
        threshold
        for threshold, values in _benefits(rows).items()
        if values[MODEL] > max(values["everybody"], values["nobody"])
    ]
    if not best:
        return "At no threshold is acting on the model better than acting on everybody or nobody."
    at = listed([fmt.percent(threshold, 0) for threshold in best])
    return f"Acting on the model is better than acting on everybody or on nobody at {at}."


def _benefit_table(rows: AnalysisRows) -> Table:
    acted = {row.statistic: row.estimate for row in records(rows.rows("share_acted_on", CURVE))}
    columns = (
        Column(header="Threshold"),
        Column(header="Acted on", unit="%", show=fmt.percentage_points),
        *(
            Column(header=upper_first(f"act on {who}"), spanner="Net benefit", show=_three)
            for who in ("the model", "everybody", "nobody")
        ),
    )
    lines = [
        (fmt.percent(threshold, 0), acted.get(threshold), values[MODEL], values["everybody"],
         values["nobody"])
        for threshold, values in _benefits(rows).items()
    ]  # fmt: skip
    return Table.from_rows(f"{rows.label}: net benefit", columns, lines)


def _three(value: float) -> str:
    return fmt.number(value, 3)
