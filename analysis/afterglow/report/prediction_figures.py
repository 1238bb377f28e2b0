"""Figures of a prediction: calibration, and the decision curve."""

import math
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.calibration import HEIGHT, draw_calibration
from afterglow.figures.canvas import new_axes
from afterglow.figures.decision import draw_net_benefit
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, PREDICTED, STATISTIC, THRESHOLD
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.drawing import figure
from afterglow.report.prediction_words import (
    KINDS,
    LEFT_OUT_SITES,
    LEFT_OUT_SUBJECTS,
    MODEL,
    is_days,
    target_words,
    unseen_kind,
)
from afterglow.report.words import anchor, counted, listed, lower_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

CURVE: Final = "curve"
SETS: Final = {LEFT_OUT_SUBJECTS: "resample", LEFT_OUT_SITES: "site"}
UNSEEN: Final = (
    " Of those left out, the curve is that of all together; the slope is one for all with an "
    "intercept for each {sets}, so that levels which differ between them bend the curve and not "
    "the slope. What is corrected for optimism is a number, and has no curve."
)
LIMITED: Final = (
    " Limits: robust, subjects counted once however often they are predicted for; predictions and "
    "weights taken as they are."
)
NOBODY: Final = "Acting on nobody has a net benefit of 0."
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
        f"{fmt.confidence_level(rows.level)}. All weighted for censoring.{_of_unseen(curves)}",
        alt=_said_calibration(rows),
        data=_bins_table(rows, bins),
    )


def _frame(rows: "pd.DataFrame") -> "pd.DataFrame":
    frame = rows[["level", STATISTIC, ESTIMATE, CONF_LOW, CONF_HIGH]]
    frame = frame.rename(columns={"level": GROUP, STATISTIC: PREDICTED})
    return frame.assign(**{GROUP: [lower_first(KINDS[kind]) for kind in frame[GROUP]]})


def _of_unseen(curves: "pd.DataFrame") -> str:
    """Say of those left out how curve and slope come about, "" where nobody was."""
    sets = [SETS[kind] for kind in SETS if kind in set(curves["level"])]
    return UNSEEN.format(sets=listed(sets, "or")) if sets else ""


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
        f"weighted by the odds of the threshold.{LIMITED}",
        alt=_said_benefit(rows),
        data=_benefit_table(rows),
    )


def _said_benefit(rows: AnalysisRows) -> str:
    """Say where acting on the model is better, within limits or by its estimate alone."""
    sure, unsure = [], []
    for threshold, (gain, over_all) in _gains(rows).items():
        at = fmt.percent(threshold, 0)
        if min(gain.conf_low, over_all.conf_low) > 0.0:
            sure.append(at)
        elif min(gain.estimate, over_all.estimate) > 0.0:
            unsure.append(at)
    basis = f"from {counted(rows.value('n_subjects'), 'subject')}, "
    basis += f"{fmt.count(rows.value('n_with_event'))} of them with a relapse"
    if not sure and not unsure:
        return f"At no threshold is acting on the model better than acting otherwise; {basis}."
    parts_ = []
    if sure:
        at = listed(sure)
        parts_.append(f"better than acting on everybody and on nobody at {at} (limits above 0)")
    if unsure:
        where = f"at {listed(unsure)}"
        parts_.append(
            f"better {where} by its estimate alone (limits that reach no gain)"
            if sure
            else f"better than acting on everybody and on nobody {where} by its estimate alone "
            "(limits that reach no gain)"
        )
    return f"Acting on the model is {listed(parts_)}; {basis}."


def _gains(rows: AnalysisRows) -> dict[float, tuple[Any, Any]]:
    """Return by threshold the rows of the gain over acting on nobody, and over everybody."""
    gain = {
        row.statistic: row for row in records(rows.rows("net_benefit", CURVE)) if row.term == MODEL
    }
    over = {row.statistic: row for row in records(rows.rows("net_benefit_difference", CURVE))}
    return {threshold: (gain[threshold], over[threshold]) for threshold in gain}


def _benefit_table(rows: AnalysisRows) -> Table:
    acted = {row.statistic: row.estimate for row in records(rows.rows("share_acted_on", CURVE))}
    everybody = {
        row.statistic: row.estimate
        for row in records(rows.rows("net_benefit", CURVE))
        if row.term == "everybody"
    }
    level = fmt.confidence_level(rows.level)
    columns = (
        Column(header="Threshold"),
        Column(header="Acted on", unit="%", show=fmt.percentage_points),
        Column(header="Model", unit=level, spanner="Net benefit of acting on"),
        Column(header="Everybody", spanner="Net benefit of acting on", show=_three),
        Column(header="Model less everybody", unit=level),
    )
    lines = [
        (fmt.percent(threshold, 0), acted.get(threshold), _limited(gain), everybody[threshold],
         _limited(over))
        for threshold, (gain, over) in _gains(rows).items()
    ]  # fmt: skip
    caption = f"{rows.label}: net benefit"
    return Table.from_rows(caption, columns, lines, footnotes=(NOBODY,))


def _limited(row: Any) -> parts.Parts:
    return parts.small(row.estimate, row.conf_low, row.conf_high)


def _three(value: float) -> str:
    return fmt.number(value, 3)
