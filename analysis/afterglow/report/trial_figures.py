"""Figures of a target trial: the share free of the event, and in relapse, under each strategy."""

from typing import Any, Final

import pandas as pd

from afterglow.figures.canvas import new_axes, new_figure
from afterglow.figures.curves import curves_height, draw_curves
from afterglow.figures.scales import day_ticks
from afterglow.figures.state_panels import draw_state_panels, state_panels_height
from afterglow.figures.steps import FEW_AT_RISK, is_pale_somewhere
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import AT_RISK, CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.curve_rows import SURVIVAL_AXIS
from afterglow.report.drawing import figure
from afterglow.report.figure_words import ends_shown
from afterglow.report.trial_words import SURVIVAL, alike_words, same_before, strategies, together
from afterglow.report.words import anchor, listed, upper_first
from afterglow.study.trial_rows import BEHIND, RELAPSE_SHARE, SHARE
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Table

SINCE: Final = "Days since time zero"
DRAWN: Final = [GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]
UNDER: Final = "under the strategy above the panel"
CAPTION: Final = (
    "{label}: share {what} under each strategy, had all subjects kept to it; copies weighted by "
    "the inverse chance of keeping to it. Shaded: pointwise {level} from resamples of "
    "subjects{pale}. A curve ends where nobody follows the strategy any longer.{more}"
)
PALE: Final = f"; paler: effective number below {FEW_AT_RISK}"


def survival_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the share free of the event by day: one curve for strategies alike until then."""
    whole = _curves(rows, SURVIVAL, BEHIND[SURVIVAL])
    if whole.empty:
        return None
    label = {group[0]: listed(group) for group in same_before(rows)}
    frame = whole[whole[GROUP].isin(list(label))]
    frame = frame.assign(**{GROUP: frame[GROUP].map(label)})
    axes = draw_curves(
        frame, ylabel=SURVIVAL_AXIS.get(rows.endpoint.kind, "Free of the event"), xlabel=SINCE,
        start=1.0, until_day=float(rows.analysis.horizon_days),
        ax=new_axes(DOUBLE_COLUMN, curves_height(frame)),
    )  # fmt: skip
    quoted = {listed(group): together(group) for group in same_before(rows)}
    alike = alike_words(rows)
    return _block(
        rows, SURVIVAL, axes, whole, "free of the event", more=f" {alike}" if alike else "",
        ends=frame.assign(**{GROUP: frame[GROUP].map(quoted)}),
    )  # fmt: skip


def relapse_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the share in relapse by day: one panel per strategy, the first one's curve in each."""
    frame = _curves(rows, RELAPSE_SHARE, BEHIND[SHARE])
    if frame.empty:
        return None
    names = strategies(rows)
    first = frame.loc[frame[GROUP] == names[0], [TIME, ESTIMATE]]
    others = [first.assign(**{GROUP: "", TERM: name}) for name in names[1:]]
    under = frame.rename(columns={GROUP: TERM})
    under[GROUP] = UNDER
    panels = draw_state_panels(
        under, model=pd.concat(others),
        model_label=f"under “{names[0]}”", notes=_effective(rows, names),
        states=[name for name in names if name in set(frame[GROUP])], ylabel="In relapse",
        xlabel=SINCE, until_day=float(rows.analysis.horizon_days),
        figure=new_figure(DOUBLE_COLUMN, state_panels_height(under)),
    )  # fmt: skip
    quoted = frame.assign(**{GROUP: [together([name]) for name in frame[GROUP]]})
    return _block(
        rows, RELAPSE_SHARE, panels[0], frame, "in relapse", ends=quoted,
        more=" In each panel: the effective number of all who follow, in relapse or not.",
    )  # fmt: skip


def _curves(rows: AnalysisRows, statistic: str, whose: str) -> pd.DataFrame:
    """Return the curves with, as their number at risk, the effective number behind them."""
    curve = rows.rows(statistic, "curve")
    thick = rows.rows("effective_n", "curve")
    thick = thick.loc[thick[TERM] == whose, [GROUP, TIME, ESTIMATE]]
    frame = curve.loc[curve[ESTIMATE].notna(), DRAWN]
    found = thick.rename(columns={ESTIMATE: AT_RISK})
    return pd.merge(frame, found, on=[GROUP, TIME], how="left", validate="one_to_one")


def _effective(rows: AnalysisRows, names: list[str]) -> dict[str, str]:
    """Return by strategy the effective numbers on the days asked for."""
    days = sorted(set(rows.analysis.at_days))
    if not days:
        return {}
    on = "/".join(fmt.trimmed(day) for day in days)
    return {
        name: f"Effective number, day{fmt.NBSP}{on}: "
        + " / ".join(
            fmt.number(rows.value("effective_n", group=name, term=BEHIND[SHARE], day=day), 0)
            for day in days
        )
        for name in names
    }


def _block(
    rows: AnalysisRows, statistic: str, drawn: Any, frame: pd.DataFrame, what: str, *,
    ends: pd.DataFrame, more: str,
) -> FigureBlock:  # fmt: skip
    caption = CAPTION.format(
        label=rows.label, what=what, level=fmt.confidence_level(rows.level), more=more,
        pale=PALE if is_pale_somewhere(frame) else "",
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, statistic.replace("_", "-")), drawn, title=f"{rows.label}: {what}",
        caption=caption, alt=ends_shown(f"Share {what}", ends, fmt.percent),
        data=_points(rows, frame, what, ticks=True), points=_points(rows, frame, what, ticks=False),
    )  # fmt: skip


def _points(rows: AnalysisRows, frame: pd.DataFrame, what: str, *, ticks: bool) -> Table:
    days = day_ticks(float(rows.analysis.horizon_days))
    shown = frame[frame[TIME].isin(list(days))] if ticks else frame
    columns = (
        Column(header="Strategy"),
        Column(header="Day"),
        Column(header=upper_first(what), unit=f"%, {fmt.confidence_level(rows.level)}"),
        Column(header="Effective number"),
    )
    cells = [
        (row.group, fmt.trimmed(row.time_days),
         parts.share(row.estimate, row.conf_low, row.conf_high), fmt.number(row.at_risk, 1))
        for row in records(shown)
    ]  # fmt: skip
    return Table.from_rows(f"{rows.label}: share {what}, by day", columns, cells)
