"""Scores within a cycle for readers: the mean by day, when it reaches relapse, the model."""

import math
from typing import Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.lines import draw_lines
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.figure_words import values_shown
from afterglow.report.words import anchor, counted, group_label, listed, upper_first, variable_label
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

PREDICTED: Final = "predicted_score"
COEFFICIENT: Final = "coefficient"
REACHED: Final = "days_to_threshold"
LEFT_OUT: Final = "n_scores_left_out"
WHERE: Final = {"first cycle": "after the course", "later cycles": "after later boosters"}
CAUTION: Final = (
    "Visits and boosters follow the symptoms: whoever grew worse was given a booster, so that the"
    " later days show those who could wait, as the model carries the others on."
)
COUNTS: Final = {
    "n": "Subjects with a score",
    "n_without_score": "Without one, not in the model",
    "n_scores": "Scores used",
    "n_later_scores": "Of these, after a booster",
}


def score_finding(rows: AnalysisRows) -> str:
    """Return the mean on the last day asked for, when it reaches relapse, and the caution."""
    said = [words for group in rows.groups if (words := _of_group(rows, group))]
    if not said:
        why = [row.warning for row in records(rows.rows(PREDICTED)) if row.warning]
        return f"No mean is predicted: {why[0] if why else 'no day was asked for'}."
    return " ".join([*said, CAUTION])


def _of_group(rows: AnalysisRows, group: str) -> str:
    found = [row for row in records(rows.rows(PREDICTED)) if row.group == group]
    known = [row for row in found if not math.isnan(row.estimate)]
    if not known:
        return ""
    day = max(row.time_days for row in known)
    means = [
        f"{fmt.estimate(row.estimate, row.conf_low, row.conf_high, digits=1, level=rows.level)}"
        f" {WHERE[row.term]}"
        for row in known
        if row.time_days == day
    ]
    where = f"In the {group} group the" if group else "The"
    scores = counted(rows.value("n_scores", group=group), "score")
    who = counted(rows.n(group), "subject")
    words = (
        f"{where} predicted mean {_instrument(rows)} on day{fmt.NBSP}{fmt.trimmed(day)} after the"
        f" last session was {listed(means)} ({scores} of {who})"
    )
    return f"{words}{_reached(rows, group)}."


def _reached(rows: AnalysisRows, group: str) -> str:
    found = [row for row in records(rows.rows(REACHED)) if row.group == group]
    known = [row for row in found if not math.isnan(row.estimate)]
    if not found:
        return ""
    points = found[0].level
    if not known:
        return f"; it did not reach {points}, the threshold of relapse"
    days = [
        f"{fmt.days_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)}"
        f" {WHERE[row.term]}"
        for row in known
    ]
    return f"; it reached {points}, the threshold of relapse, after {listed(days)}"


def _instrument(rows: AnalysisRows) -> str:
    return str(getattr(rows.endpoint, "instrument", "score"))


def score_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the predicted means by day with their bands."""
    curve = rows.rows(PREDICTED, "curve")
    if curve.empty:
        return None
    frame = curve[[GROUP, TERM, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]].reset_index(drop=True)
    names = [_line_label(group, term) for group, term in zip(frame[GROUP], frame[TERM])]
    frame = frame.assign(**{GROUP: names})
    threshold = _threshold(rows)
    axes = draw_lines(
        frame, ylabel=f"Predicted mean {_instrument(rows)}", xlabel="Days since the last session",
        mark=threshold, ax=new_axes(DOUBLE_COLUMN),
    )  # fmt: skip
    marked = "" if threshold is None else "; dotted: the threshold of relapse"
    return figure(
        anchor(rows.anchor, "scores"),
        axes,
        title=f"{rows.label}: mean score since the last session",
        caption=f"{rows.label}. Mean predicted by the mixed model for a subject with the mean"
        f" baseline; shaded: pointwise {fmt.confidence_level(rows.level)}{marked}.",
        alt=_shown(rows),
        data=_means_table(rows),
        points=Table.from_rows(
            f"{rows.label}: every day",
            [Column(header=name) for name in (GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH)],
            [(row.group, row.time_days, row.estimate, row.conf_low, row.conf_high)
             for row in records(frame)],
        ),
    )  # fmt: skip


def _shown(rows: AnalysisRows) -> str:
    """Return the first and the last predicted mean of every line."""
    days = _days(rows)
    values = []
    for group in rows.groups:
        for term in _terms(rows):
            ends = [rows.one(PREDICTED, group=group, term=term, day=day) for day in days]
            known = [row for row in ends if row is not None and not math.isnan(row.estimate)]
            said = listed(
                f"{fmt.number(row.estimate, 1)} on day{fmt.NBSP}{fmt.trimmed(row.time_days)}"
                for row in dict.fromkeys((known[0], known[-1]) if known else ())
            )
            values.append((f"{group} {WHERE[term]}".strip(), said))
    return values_shown(f"Predicted mean {_instrument(rows)}", values)


def _line_label(group: str, term: str) -> str:
    return f"{group}, {term}" if group else upper_first(term)


def _threshold(rows: AnalysisRows) -> float | None:
    found = rows.rows(REACHED)[LEVEL].tolist()
    return float(found[0]) if found else None


def _days(rows: AnalysisRows) -> list[float]:
    return sorted(set(rows.rows(PREDICTED)[TIME].dropna().tolist()))


def _terms(rows: AnalysisRows) -> list[str]:
    return [term for term in WHERE if (rows.rows(PREDICTED)[TERM] == term).any()]


def _means_table(rows: AnalysisRows) -> Table:
    unit = fmt.confidence_level(rows.level)
    lines = [
        (group_label(group), fmt.trimmed(day),
         *(_score(rows.one(PREDICTED, group=group, term=term, day=day)) for term in _terms(rows)))
        for group in rows.groups
        for day in _days(rows)
    ]  # fmt: skip
    columns = (
        Column(header="Group"),
        Column(header="Day"),
        *(Column(header=upper_first(term), unit=unit) for term in _terms(rows)),
    )
    return Table.from_rows(f"{rows.label}: predicted mean by day", columns, lines)


def _score(row: Any) -> Any:
    known = row is not None and not math.isnan(row.estimate)
    return parts.score(row.estimate, row.conf_low, row.conf_high) if known else fmt.MISSING


def score_table(rows: AnalysisRows) -> TableBlock | None:
    """Return counts, predicted means, days to the threshold, and what was left out, by group."""
    if all(math.isnan(rows.n(group)) for group in rows.groups):
        return None
    spanner = "" if rows.groups == [""] else variable_label(rows.analysis.by or "")
    columns = (
        Column(header="", align="left"),
        *(
            Column(header=group_label(group), spanner=spanner, show=fmt.count)
            for group in rows.groups
        ),
    )
    groups = (_counts(rows), *_means(rows), _crossings(rows), _left_out(rows), _model(rows))
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: mean {_instrument(rows)} since the last session",
            columns=columns,
            groups=tuple(group for group in groups if group.rows),
            footnotes=(*_warned(rows), f"Population: {rows.population_label}."),
        ),
    )


def _counts(rows: AnalysisRows) -> RowGroup:
    lines = [
        Row(cells=(label, *(rows.value(name, group=group) for group in rows.groups)))
        for name, label in COUNTS.items()
    ]
    return RowGroup(label="Counts", rows=tuple(lines))


def _means(rows: AnalysisRows) -> tuple[RowGroup, ...]:
    level = fmt.confidence_level(rows.level)
    return tuple(
        RowGroup(
            label=f"Predicted mean on day {fmt.trimmed(day)} ({level})",
            rows=tuple(
                Row(cells=(
                    upper_first(term),
                    *(_score(rows.one(PREDICTED, group=g, term=term, day=day))
                      for g in rows.groups),
                ))
                for term in _terms(rows)
            ),
        )
        for day in _days(rows)
    )  # fmt: skip


def _crossings(rows: AnalysisRows) -> RowGroup:
    threshold = _threshold(rows)
    if threshold is None:
        return RowGroup(rows=())
    level = f"{threshold:g}"
    lines = [
        Row(cells=(
            upper_first(term),
            *(_time(rows.one(REACHED, group=g, term=term, level=level)) for g in rows.groups),
        ))
        for term in _terms(rows)
    ]  # fmt: skip
    head = f"Days until the mean reaches {level} ({fmt.confidence_level(rows.level)})"
    return RowGroup(label=head, rows=tuple(lines))


def _time(row: Any) -> Any:
    return fmt.MISSING if row is None else parts.time(row.estimate, row.conf_low, row.conf_high)


def _left_out(rows: AnalysisRows) -> RowGroup:
    reasons = dict.fromkeys(rows.rows(LEFT_OUT)[LEVEL].tolist())
    lines = [
        Row(cells=(upper_first(reason),
                   *(rows.value(LEFT_OUT, group=g, level=reason) for g in rows.groups)))
        for reason in reasons
    ]  # fmt: skip
    return RowGroup(label="Scores left out", rows=tuple(lines))


def _model(rows: AnalysisRows) -> RowGroup:
    terms = dict.fromkeys(rows.rows(COEFFICIENT)[TERM].tolist())
    lines = [
        Row(cells=(upper_first(term),
                   *(_ratio(rows.one(COEFFICIENT, group=g, term=term)) for g in rows.groups)))
        for term in terms
    ]  # fmt: skip
    head = f"Model: points ({fmt.confidence_level(rows.level)})"
    return RowGroup(label=head, rows=tuple(lines))


def _ratio(row: Any) -> Any:
    known = row is not None and not math.isnan(row.estimate)
    return parts.ratio(row.estimate, row.conf_low, row.conf_high) if known else fmt.MISSING


def _warned(rows: AnalysisRows) -> tuple[str, ...]:
    found = [
        f"{f'{row.group}: ' if row.group else ''}{row.warning}."
        for name in (COEFFICIENT, PREDICTED, REACHED)
        for row in records(rows.rows(name))
        if row.warning
    ]
    return tuple(upper_first(words) for words in dict.fromkeys(found))
