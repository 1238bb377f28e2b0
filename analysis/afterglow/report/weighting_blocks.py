"""Weighted curves for readers: with and without weights, the weights themselves, their model."""

import math
from typing import Final

import pandas as pd

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import curves_height, draw_curves_with_risk_table
from afterglow.figures.lines import draw_lines
from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT
from afterglow.names import ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import DRAWN, SURVIVAL_AXIS, days_axis, risk_frame
from afterglow.report.drawing import figure
from afterglow.report.figure_words import ends_shown, values_shown
from afterglow.report.weighting_words import with_kinds, without_any
from afterglow.report.words import anchor, group_label, variable_label
from afterglow.study.weighted_rows import NAIVE_SURVIVAL, UNWEIGHTED
from afterglow.study.weighting import UNSEEN
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

LOOKS: Final = {"": "hypothetical, weighted", UNWEIGHTED: "naive, not weighted"}
QUANTILES: Final = {
    "weight_q05": "5th percentile",
    "weight_median": "median",
    "weight_q95": "95th percentile",
}
WEIGHTS: Final = {
    "at_risk": ("At risk", 0),
    "effective_n": ("Effective number", 1),
    "weight_mean": ("Mean weight", 2),
    "weight_sd": ("Standard deviation", 2),
    "weight_largest": ("Largest weight", 2),
}
SMALLEST_DRAWN: Final = 2
FEWEST_DRAWN: Final = 5.0


def curves_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the weighted and the unweighted curve of each group, with the numbers at risk."""
    curve = rows.rows("survival", "curve")
    if curve.empty or len(set(curve[TIME])) < SMALLEST_DRAWN:
        return None
    frame = curve.assign(**{GROUP: _named(curve)})[DRAWN].reset_index(drop=True)
    risk = risk_frame(rows)
    shown = risk if rows.groups != [""] else risk.assign(**{GROUP: "not weighted"})
    drawn = draw_curves_with_risk_table(
        frame, shown, ylabel=_axis(rows), xlabel=days_axis(rows), start=1.0,
        ax=new_axes(DOUBLE_COLUMN, curves_height(frame, shown)),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, "curve"), drawn, title=rows.label,
        caption=(
            f"{rows.label}. Hypothetical: had there been {without_any(rows)}, by weights; naive: "
            f"those with {with_kinds(rows)} taken to be like all others still at risk. Shaded: "
            f"pointwise {fmt.confidence_level(rows.level)}, for the weighted curve from resamples "
            "in which the weights are estimated anew. Below: at risk, events and censored, not "
            "weighted."
        ),
        alt=_shown(rows, frame),
        data=_points(rows, frame[frame[TIME].isin(_ticks(frame))]), points=_points(rows, frame),
    )  # fmt: skip


def _shown(rows: AnalysisRows, frame: pd.DataFrame) -> str:
    """Return weighted and naive shares on the last day asked for, or where the curves end."""
    days = [day for day in rows.days if rows.one("survival", group=rows.groups[0], day=day)]
    if not days:
        return ends_shown(_axis(rows), frame, fmt.percent)
    values = []
    for group in rows.groups:
        for term, words in LOOKS.items():
            value = rows.value("survival", group=group, term=term, day=days[-1])
            label = f"{group}, {words}" if group else words
            values.append((label, "" if math.isnan(value) else fmt.percent(value)))
    return values_shown(f"{_axis(rows)} on day{fmt.NBSP}{fmt.trimmed(days[-1])}", values)


def _named(curve: pd.DataFrame) -> list[str]:
    return [
        f"{group}, {LOOKS[term]}" if group else LOOKS[term]
        for group, term in zip(curve[GROUP], curve[TERM], strict=True)
    ]


def _axis(rows: AnalysisRows) -> str:
    return SURVIVAL_AXIS.get(rows.endpoint.kind, "Free of the event")


def _ticks(frame: pd.DataFrame) -> list[float]:
    days = sorted(set(frame[TIME]))
    step = max(1, len(days) // 12)
    return days[::step]


def _points(rows: AnalysisRows, frame: pd.DataFrame) -> Table:
    columns = (
        Column(header="Curve"),
        Column(header="Day", show=fmt.days_number),
        Column(header=_axis(rows), unit=f"%, {fmt.confidence_level(rows.level)}"),
    )
    cells = [
        (row.group, row.time_days, parts.share(row.estimate, row.conf_low, row.conf_high))
        for row in records(frame)
    ]
    return Table.from_rows(f"{rows.label}: the curves", columns, cells)


def estimates_table(rows: AnalysisRows) -> TableBlock | None:
    """Return weighted and naive estimates by day, differences, and who was counted."""
    if not len(rows.rows("survival")) or math.isnan(rows.rows("survival")[ESTIMATE].iloc[0]):
        return None
    heads = [*(group_label(group) for group in rows.groups), *rows.contrasts]
    groups = [RowGroup(label="Counts", rows=tuple(_counts(rows)))]
    for day in rows.days:
        lines = tuple(_estimates(rows, day))
        label = f"Day{fmt.NBSP}{fmt.trimmed(day)}, % ({fmt.confidence_level(rows.level)})"
        groups.append(RowGroup(label=label, rows=lines))
        label = f"Weights of those at risk on day{fmt.NBSP}{fmt.trimmed(day)}"
        groups.append(RowGroup(label=label, rows=tuple(_of_weights(rows, day))))
    groups.append(RowGroup(label="Half had the event by (days)", rows=tuple(_medians(rows))))
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: with weights and without",
            columns=(Column(header="", align="left"), *(Column(header=head) for head in heads)),
            groups=tuple(groups),
            footnotes=(
                f"Population: {rows.population_label}.",
                "Truncated: the largest and smallest weights brought to these percentiles; where "
                "it changes much, few subjects stand for many.",
                "Effective number: the size of a sample without weights that would tell as much.",
            ),
        ),
    )


def _blank(rows: AnalysisRows) -> list[object]:
    return [""] * len(rows.contrasts)


def _counts(rows: AnalysisRows) -> list[Row]:
    named = {"n": "Subjects analysed", "n_events": "With the event", "n_censored": "Censored"}
    lines = [
        Row(cells=(words, *(fmt.count(rows.value(name, group=g)) for g in rows.groups),
                   *_blank(rows)))
        for name, words in named.items()
    ]  # fmt: skip
    unseen = rows.value(UNSEEN)
    if unseen > 0 and rows.groups == [""]:
        words = "Not analysed, but in the weights: without a visit at risk"
        lines.append(Row(cells=(words, fmt.count(unseen))))
    return lines


def _estimates(rows: AnalysisRows, day: float) -> list[Row]:
    terms = dict.fromkeys(rows.rows("survival")[TERM])
    lines = []
    for term in terms:
        found = [rows.one("survival", group=g, term=term, day=day) for g in rows.groups]
        apart = _blank(rows)
        if term == "":
            apart = [_share(rows.one("difference", group=c, day=day)) for c in rows.contrasts]
        label = LOOKS.get(term, f"Hypothetical, weighted, {term}")
        lines.append(Row(cells=(label.capitalize(), *(_share(row) for row in found), *apart)))
    usual = [rows.one(NAIVE_SURVIVAL, group=group, day=day) for group in rows.groups]
    if any(usual):
        label = f"Naive, all watched to the day of {with_kinds(rows)}"
        lines.append(Row(cells=(label, *(_share(row) for row in usual), *_blank(rows))))
    return lines


def _of_weights(rows: AnalysisRows, day: float) -> list[Row]:
    found = []
    for name, (words, digits) in WEIGHTS.items():
        values = [rows.value(name, group=group, day=day) for group in rows.groups]
        found.append(Row(cells=(words, *(fmt.number(v, digits) for v in values), *_blank(rows))))
    return found


def _share(row) -> object:
    if row is None or math.isnan(row.estimate):
        return fmt.MISSING
    return parts.share(row.estimate, row.conf_low, row.conf_high)


def _medians(rows: AnalysisRows) -> list[Row]:
    lines = []
    for term, words in LOOKS.items():
        found = [rows.one("median", group=g, term=term) for g in rows.groups]
        cells = [
            fmt.MISSING if row is None else "not reached" if math.isnan(row.estimate)
            else parts.time(row.estimate, row.conf_low, row.conf_high)
            for row in found
        ]  # fmt: skip
        lines.append(Row(cells=(words.capitalize(), *cells, *_blank(rows))))
    return lines


def weights_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the spread of the weights of those at risk at each event."""
    frames = [
        rows.rows(name, "curve").assign(**{GROUP: _spread(rows.rows(name, "curve"), words)})
        for name, words in QUANTILES.items()
    ]
    thick = rows.rows("effective_n", "curve")
    known = thick.loc[thick[ESTIMATE] >= FEWEST_DRAWN, [TIME]]
    frame = pd.concat(frames)[[GROUP, TIME, ESTIMATE]]
    frame = frame[frame[TIME].isin(known[TIME])].reset_index(drop=True)
    if len(set(frame[TIME])) < SMALLEST_DRAWN:
        return None
    drawn = draw_lines(
        frame, ylabel="Weight", xlabel=days_axis(rows), mark=1.0,
        ax=new_axes(DOUBLE_COLUMN, STANDARD_HEIGHT * 0.8),
    )  # fmt: skip
    last = frame.groupby(GROUP, sort=False).tail(1)
    said = [f"{row.group} {fmt.number(row.estimate)}" for row in records(last)]
    columns = tuple(Column(header=head) for head in ("Percentile", "Day", "Weight"))
    cells = [(r.group, fmt.trimmed(r.time_days), fmt.number(r.estimate)) for r in records(frame)]
    return figure(
        anchor(rows.anchor, "weights"), drawn, title=f"{rows.label}: the weights",
        caption=(
            f"{rows.label}: percentiles of the weights of those still at risk, at each event, as "
            "long as they tell as much as five. The wider apart, the fewer stand for the many."
        ),
        alt=f"Weights at the last event: {', '.join(said)}.",
        data=Table.from_rows(f"{rows.label}: the weights", columns, cells),
    )  # fmt: skip


def _spread(frame: pd.DataFrame, words: str) -> list[str]:
    return [f"{group}, {words}" if group else words for group in frame[GROUP]]


def model_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the odds ratios of the model of what is weighted for, for each kind of day."""
    found = rows.rows("odds_ratio")
    if found.empty:
        return None
    kind = with_kinds(rows)
    columns = (
        Column(header="What is known on the day", align="left"),
        Column(header=f"Odds ratio of {kind}", unit=fmt.confidence_level(rows.level)),
    )
    groups = []
    for level in dict.fromkeys(found["level"]):
        own = list(records(found[found["level"] == level]))
        lines = tuple(
            Row(cells=(_known(row.term), parts.ratio(row.estimate, row.conf_low, row.conf_high)))
            for row in own
            if "bend" not in row.term and row.term != "(intercept)"
        )
        counts = f"on {fmt.count(own[0].n_events)} of {fmt.count(own[0].n)}"
        groups.append(RowGroup(label=f"{level.capitalize()}: {counts}", rows=lines))
    return TableBlock(
        name=anchor(rows.anchor, "model"),
        table=Table(
            caption=f"{rows.label}: the model of {kind} on a day",
            columns=columns,
            groups=tuple(groups),
            footnotes=(
                "Pooled logistic regression, one for the days of visits and one for the days "
                "between. Where an effect is a curve it has no one ratio; its coefficients are in "
                "results.csv. Limits take days as independent.",
            ),
        ),
    )


def _known(term: str) -> str:
    name, _, category = term.partition(": ")
    return f"{variable_label(name)}: {category}" if category else variable_label(name)
