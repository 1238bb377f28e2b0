"""Figures and tables of time-to-event analyses: curves with their risk table, values at days."""

import math
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes, new_figure
from afterglow.figures.curves import (
    curves_height,
    draw_cumulative_incidence,
    draw_curves_with_risk_table,
    incidence_height,
)
from afterglow.figures.columns import AT_RISK, CENSORED, EVENTS
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.figures.svg import figure_to_svg
from afterglow.names import CAUSE, CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, competing_causes
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.sentences import clock_words, curve_finding, difference_words, median_sentence
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    group_label,
    listed,
    lower_first,
    upper_first,
)
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

DRAWN: Final = [GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]
COMPETING: Final = "competing"
SMALLEST_DRAWN: Final = 2
NAIVE_LABEL: Final = "naive: competing events treated as censoring"
SURVIVAL_AXIS: Final = {
    "response": "Not yet responded",
    "remission": "Not yet in remission",
    "relapse": "Free of relapse",
    "durability": "Still in response",
    "booster": "Without a booster",
    "latency": "Still waiting",
}


def is_survival(rows: AnalysisRows) -> bool:
    """Say whether the analysis is a Kaplan–Meier one."""
    return rows.analysis.estimator == "kaplan_meier"


def own_curve(rows: AnalysisRows) -> "pd.DataFrame":
    """Return the curve of the endpoint itself, one row per group and time."""
    if is_survival(rows):
        return rows.rows("survival", "curve")[DRAWN]
    mine = rows.rows("incidence", "curve")
    return mine.loc[mine[TERM] == rows.analysis.endpoint, DRAWN]


def naive_curve(rows: AnalysisRows) -> "pd.DataFrame | None":
    """Return one minus Kaplan–Meier, None where nothing competes."""
    mine = rows.rows("naive_incidence", "curve")[DRAWN]
    return mine if len(mine) else None


def risk_frame(rows: AnalysisRows) -> "pd.DataFrame":
    """Return the numbers on the ticks of the figure, one row per group and tick."""
    import pandas as pd

    frame = rows.rows(AT_RISK, "risk_table")[[GROUP, TIME, ESTIMATE]]
    frame = frame.rename(columns={ESTIMATE: AT_RISK})
    for name in (EVENTS, COMPETING, CENSORED):
        mine = rows.rows(name, "risk_table")[[GROUP, TIME, ESTIMATE]]
        if len(mine):
            mine = mine.rename(columns={ESTIMATE: name})
            frame = pd.merge(frame, mine, on=[GROUP, TIME], how="left", validate="one_to_one")
    return frame.reset_index(drop=True)


def axis_label(rows: AnalysisRows) -> str:
    """Return what the curve's axis shows, without the unit."""
    if not is_survival(rows):
        return "Cumulative incidence"
    if rows.analysis.strategy:
        return "Free of the event"
    return SURVIVAL_AXIS.get(rows.endpoint.kind, "Free of the event")


def days_axis(rows: AnalysisRows) -> str:
    """Return what the time axis shows."""
    return f"Days since {clock_words(rows)}"


def curve_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the endpoint's curves with the risk table below; None where there is nothing to draw."""
    curve, risk = own_curve(rows), risk_frame(rows)
    if curve.empty or len(set(risk[TIME])) < SMALLEST_DRAWN:
        return None
    named = curve.assign(**{GROUP: [group_label(group) for group in curve[GROUP]]})
    counts = risk.assign(**{GROUP: [group_label(group) for group in risk[GROUP]]})
    shown = counts.drop(columns=COMPETING, errors="ignore")
    drawn = draw_curves_with_risk_table(
        named,
        shown,
        ylabel=axis_label(rows),
        xlabel=days_axis(rows),
        start=1.0 if is_survival(rows) else 0.0,
        ax=new_axes(DOUBLE_COLUMN, curves_height(named, shown)),
    )
    return figure(
        anchor(rows.anchor, "curve"),
        drawn,
        title=rows.label,
        caption=_curve_caption(rows),
        alt=curve_alt(rows),
        data=_ticks_table(rows, curve, risk),
    )


def figure(
    name: str, drawn: Any, *, title: str, caption: str, alt: str, data: Table | None
) -> FigureBlock:
    """Return a drawing as a block."""
    svg = figure_to_svg(drawn, name=name, title=title, description=alt)
    return FigureBlock(name=name, svg=svg, caption=caption, alt=alt, data=data)


def _curve_caption(rows: AnalysisRows) -> str:
    naive = getattr(rows.analysis, "naive", False)
    what = "Naive Kaplan–Meier curve" if naive else "Kaplan–Meier curve"
    if not is_survival(rows):
        what = "Cumulative incidence (Aalen–Johansen)"
    band = f"shaded: pointwise {fmt.confidence_level(rows.level)}"
    return f"{rows.label}. {what}; {band}; below, the numbers at risk on the days of the axis."


def curve_alt(rows: AnalysisRows) -> str:
    """Return the finding of the curves in words."""
    sentence = curve_finding(rows)
    if is_survival(rows) and any(rows.one("median", group=group) for group in rows.groups):
        median = median_sentence(rows)
        return sentence if median == sentence else f"{sentence} {median}"
    return sentence


def _ticks_table(rows: AnalysisRows, curve: "pd.DataFrame", risk: "pd.DataFrame") -> Table:
    """Return the curve on the days of the axis: the last step up to each day."""
    value = "Free of it" if is_survival(rows) else "Incidence"
    counts = [name for name in (AT_RISK, EVENTS, COMPETING, CENSORED) if name in risk]
    heads = {
        AT_RISK: "At risk",
        EVENTS: "Events so far",
        COMPETING: "Competing so far",
        CENSORED: "Censored so far",
    }
    columns = (
        Column(header="Day"),
        *(Column(header=heads[name], show=fmt.count) for name in counts),
        Column(header=value, unit=f"%, {fmt.confidence_level(rows.level)}"),
    )
    return Table(
        caption=f"{rows.label}, by {days_axis(rows).lower()}",
        columns=columns,
        groups=tuple(
            RowGroup(
                label=group,
                rows=tuple(
                    Row(
                        cells=(
                            fmt.trimmed(tick.time_days),
                            *(getattr(tick, name) for name in counts),
                            _step_at(rows, curve[curve[GROUP] == group], tick.time_days),
                        )
                    )
                    for tick in risk[risk[GROUP] == group].itertuples(index=False)
                ),
            )
            for group in dict.fromkeys(risk[GROUP].tolist())
        ),
    )


def _step_at(rows: AnalysisRows, curve: "pd.DataFrame", day: float) -> Any:
    before = curve[curve[TIME] <= day]
    if before.empty:
        start = 1.0 if is_survival(rows) else 0.0
        return parts.share(start, math.nan, math.nan)
    last = before.iloc[-1]
    return parts.share(last[ESTIMATE], last[CONF_LOW], last[CONF_HIGH])


def causes_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the incidence of every cause by group; None where nothing competes."""
    frame = rows.rows("incidence", "curve")
    if is_survival(rows) or frame.empty or not list(competing_causes(rows)):
        return None
    frame = frame.assign(
        **{
            CAUSE: [upper_first(cause_label(rows, term)) for term in frame[TERM]],
            GROUP: [group_label(group) if group else "" for group in frame[GROUP]],
        }
    )
    if not any(frame[TIME] > 0):
        return None
    naive = naive_curve(rows)
    panels = draw_cumulative_incidence(
        frame[[GROUP, CAUSE, *DRAWN[1:]]],
        xlabel=days_axis(rows),
        naive=naive,
        naive_label=NAIVE_LABEL,
        figure=new_figure(DOUBLE_COLUMN, incidence_height(frame)),
    )
    return figure(
        anchor(rows.anchor, "causes"),
        panels[0],
        title=f"{rows.label}: all causes",
        caption=_causes_caption(rows, naive is not None),
        alt=_causes_alt(rows),
        data=_causes_table(rows, frame),
    )


def cause_label(rows: AnalysisRows, cause: str) -> str:
    """Return what a cause is called: the endpoint's own by its label."""
    own = cause == rows.analysis.endpoint
    return rows.endpoint_label if own else cause_words(cause)


def _causes_caption(rows: AnalysisRows, naive: bool) -> str:
    words = listed([cause_words(cause) for cause in competing_causes(rows)])
    text = f"{rows.label}, with what came in its place. Cumulative incidence of each cause ({words}"
    text += f" compete); shaded: pointwise {fmt.confidence_level(rows.level)}."
    if naive:
        text += (
            " Dashed grey: naive, one minus Kaplan–Meier with competing events taken as censoring,"
            " shown for comparison only; it overstates the incidence."
        )
    return text


def _causes_alt(rows: AnalysisRows) -> str:
    """Return the incidence of every cause at the last day asked for, or else the counts."""
    day = rows.days[-1] if rows.days else None
    sentences = [words for group in rows.groups if (words := _causes_of(rows, group, day))]
    return " ".join(sentences) or _counts_alt(rows)


def _causes_of(rows: AnalysisRows, group: str, day: float | None) -> str:
    found = [
        (cause_label(rows, term), rows.one("incidence", group=group, term=term, day=day))
        for term in rows.terms
    ]
    known = [
        f"{lower_first(label)} {fmt.percent(row.estimate)}"
        for label, row in found
        if row is not None and not math.isnan(row.estimate)
    ]
    if not known or day is None:
        return ""
    where = f" in the {group} group" if group else ""
    naive = rows.one("naive_incidence", group=group, term=rows.analysis.endpoint, day=day)
    more = f"; the naive figure is {fmt.percent(naive.estimate)}" if naive else ""
    return f"By day{fmt.NBSP}{fmt.trimmed(day, 4)}{where}: {listed(known)}{more}."


def _counts_alt(rows: AnalysisRows) -> str:
    parts_ = [
        f"{fmt.count(rows.value('n_events', group=group))} with the event"
        f" of {counted(rows.n(group), 'subject')}{f' in the {group} group' if group else ''}"
        for group in rows.groups
    ]
    return f"{upper_first(listed(parts_))}."


def _causes_table(rows: AnalysisRows, frame: "pd.DataFrame") -> Table:
    """Return every cause on the days of the axis."""
    causes = list(dict.fromkeys(zip(frame[TERM], frame[CAUSE], strict=True)))
    raw = rows.rows("incidence", "curve")
    ticks = sorted(set(rows.rows(AT_RISK, "risk_table")[TIME].tolist()))
    return Table(
        caption=f"Incidence of each cause, by {days_axis(rows).lower()}",
        columns=(
            Column(header="Day"),
            *(Column(header=label, unit=f"%, {fmt.confidence_level(rows.level)}") for _, label in causes),
        ),
        groups=tuple(
            RowGroup(
                label=group,
                rows=tuple(
                    Row(
                        cells=(
                            fmt.trimmed(tick),
                            *(
                                _step_at(
                                    rows, raw[(raw[GROUP] == group) & (raw[TERM] == term)], tick
                                )
                                for term, _ in causes
                            ),
                        )
                    )
                    for tick in ticks
                ),
            )
            for group in rows.groups
        ),
    )


def values_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the estimates at the days asked for, the median, and the counts, by group."""
    groups = [*_count_group(rows), *_day_groups(rows), *_spread_group(rows)]
    if not groups:
        return None
    spanner = "" if rows.groups == [""] else upper_first(_by_words(rows))
    columns = (
        Column(header="", align="left"),
        *(Column(header=group_label(group), spanner=spanner) for group in rows.groups),
        *(Column(header=f"Difference, {contrast}") for contrast in _compared(rows)),
    )
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: estimates by day",
            columns=columns,
            groups=tuple(groups),
            footnotes=_footnotes(rows),
        ),
    )


def _by_words(rows: AnalysisRows) -> str:
    from afterglow.report.words import variable_label

    return variable_label(rows.analysis.by or "")


def _compared(rows: AnalysisRows) -> list[str]:
    return [contrast.replace(" vs ", " minus ") for contrast in rows.contrasts]


def _row(rows: AnalysisRows, label: str, cells: list[Any], differences: list[Any] | None = None) -> Row:
    blank = [""] * len(rows.contrasts)
    return Row(cells=(label, *cells, *(differences if differences is not None else blank)))


def _count_group(rows: AnalysisRows) -> list[RowGroup]:
    def cells(name: str, level: str = "") -> list[Any]:
        return [fmt.count(rows.value(name, group=group, level=level)) for group in rows.groups]

    if all(math.isnan(rows.n(group)) for group in rows.groups):
        return []
    lines = [_row(rows, "Subjects analysed", cells("n"))]
    lines.append(_row(rows, f"With the event: {lower_first(rows.endpoint_label)}", cells("n_events")))
    for cause in competing_causes(rows):
        words = f"Ended by {cause_words(cause)}"
        lines.append(_row(rows, words, cells("n_competing", cause)))
    lines.append(_row(rows, "Censored", cells("n_censored")))
    return [RowGroup(label="Counts", rows=tuple(lines))]


def _day_groups(rows: AnalysisRows) -> list[RowGroup]:
    found = [RowGroup(label=_day_head(rows, day), rows=_day_rows(rows, day)) for day in rows.days]
    return [group for group in found if group.rows]


def _day_head(rows: AnalysisRows, day: float) -> str:
    level = fmt.confidence_level(rows.level)
    return f"Day{fmt.NBSP}{fmt.trimmed(day, 4)} after {clock_words(rows)}, % ({level})"


def _day_rows(rows: AnalysisRows, day: float) -> tuple[Row, ...]:
    risk = [rows.one(AT_RISK, group=group, day=day) for group in rows.groups]
    lines = [_row(rows, "At risk", [fmt.count(one.estimate) if one else fmt.MISSING for one in risk])]
    if is_survival(rows):
        lines.append(_estimate_row(rows, axis_label(rows), "survival", "", day))
        return tuple(lines)
    for term in rows.terms:
        label = upper_first(cause_label(rows, term))
        lines.append(_estimate_row(rows, label, "incidence", term, day))
    lines.append(_estimate_row(rows, "None of these yet", "event_free", "", day))
    naive = _estimate_row(
        rows, "Naive incidence (for comparison)", "naive_incidence", rows.analysis.endpoint, day
    )
    return (*lines, naive) if any(cell != fmt.MISSING for cell in naive.cells[1:-1] or ()) else tuple(lines)


def _estimate_row(rows: AnalysisRows, label: str, name: str, term: str, day: float) -> Row:
    found = [rows.one(name, group=group, term=term, day=day) for group in rows.groups]
    wanted = name in ("survival", "incidence")
    differences = [
        _difference(rows.one("difference", group=c, term=term, day=day)) if wanted else ""
        for c in rows.contrasts
    ]
    return _row(rows, label, [_share(one) for one in found], differences)


def _share(row: Any) -> Any:
    if row is None or math.isnan(row.estimate):
        return fmt.MISSING
    return parts.share(row.estimate, row.conf_low, row.conf_high)


def _difference(row: Any) -> Any:
    if row is None:
        return fmt.MISSING
    return parts.share(row.estimate, row.conf_low, row.conf_high)


def _spread_group(rows: AnalysisRows) -> list[RowGroup]:
    lines = []
    medians = [rows.one("median", group=group) for group in rows.groups]
    if any(medians):
        lines.append(_row(rows, "Median time to the event", [_time(row) for row in medians]))
    for share in dict.fromkeys(rows.rows("quantile")["level"].tolist()):
        found = [rows.one("quantile", group=group, level=share) for group in rows.groups]
        label = f"Time by which {fmt.percent(float(share), 0)} had the event"
        lines.append(_row(rows, label, [_time(row) for row in found]))
    watched = [rows.one("follow_up_median", group=group) for group in rows.groups]
    if any(watched):
        label = "Median time under observation (reverse Kaplan–Meier)"
        lines.append(_row(rows, label, [_time(row) for row in watched]))
    level = fmt.confidence_level(rows.level)
    return [RowGroup(label=f"Times, days ({level})", rows=tuple(lines))] if lines else []


def _time(row: Any) -> Any:
    if row is None:
        return fmt.MISSING
    return parts.time(row.estimate, row.conf_low, row.conf_high)


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    """Return population and method of the numbers, and what a difference means."""
    methods = dict.fromkeys(
        method for method in rows.table["method"].tolist() if method and "reverse" not in method
    )
    notes = [f"Population: {rows.population_label}."]
    if methods:
        notes.append(f"Methods: {'; '.join(methods)}.")
    if rows.contrasts:
        notes.append("Differences are in percentage points, with limits in brackets.")
    return tuple(notes)


def contrast_sentences(rows: AnalysisRows) -> list[str]:
    """Return every contrast at the last day as a sentence, where there are many."""
    term = "" if is_survival(rows) else rows.analysis.endpoint
    found = [
        rows.one("difference", group=contrast, term=term, day=rows.days[-1])
        for contrast in rows.contrasts
    ]
    return [
        difference_words(contrast, row, rows.level)
        for contrast, row in zip(rows.contrasts, found, strict=True)
        if row is not None
    ]
