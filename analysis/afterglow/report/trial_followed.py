"""Who followed which strategy of a target trial, with which weight, and by which model."""

from collections.abc import Iterator
from typing import Final

from afterglow.names import TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.trial_sheet import known_words
from afterglow.report.trial_words import strategies
from afterglow.report.words import anchor, counted, variable_label
from afterglow.study.results import LEVEL
from afterglow.study.trial_rows import ALL, PARTS
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

BEFORE, AFTER = PARTS
LEFT: Final = {
    "session not yet due": "booster that was not due",
    "session without the condition": "booster while no relapse was known",
    "session given": "booster given",
    "no session in time": "no booster in time",
}
"""How a copy leaves its strategy."""
COPIED: Final = {
    "n_clones": "Subjects copied at time zero",
    "n_not_cloned": "Not copied: could not follow it at time zero",
    "n_clone_events": "With the event while following",
}
WENT_ON: Final = {
    "n_to_horizon": "Followed to day {horizon}",
    "n_censored_early": "Follow-up of the subject ended before",
}
PERSON_DAYS: Final = "Person-days"
COUNTED: Final = (
    "A subject is counted in every strategy that its data fit. Copies of a strategy sum up: copied "
    "= with the event + left + followed to day {horizon} + follow-up ended before."
)
COUNTED_AFTER: Final = (
    "Those with the event are followed after it for their days in relapse, and sum up again: with "
    "the event = left + followed to day {horizon} + follow-up ended before. Who leaves on the day "
    "of the event leaves after it."
)
WEIGHED: Final = (
    "The effective number is the size of an unweighted sample that would tell as much. The sum of "
    "weights per copy should be the share of all that would still be watched and free of the event "
    "(or, of all who follow, still be watched); above the curve (or 1) the model of a booster does "
    "not fit those who follow."
)


def followed_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the copies of each strategy: how many, how long, and how they ended."""
    names = strategies(rows)
    if not names:
        return None
    groups = [RowGroup(label="Copies, before the event", rows=tuple(_before(rows, names)))]
    notes = [COUNTED]
    if rows.analysis.relapse_days:
        own = (*_went_on(rows, names, AFTER), _days_in_all(rows, names))
        groups.append(RowGroup(label="Copies with the event, after it", rows=own))
        notes.append(COUNTED_AFTER)
    horizon = fmt.trimmed(rows.analysis.horizon_days)
    return TableBlock(
        name=anchor(rows.anchor, "followed"),
        table=Table(
            caption=f"{rows.label}: who followed which strategy",
            columns=_columns(names),
            groups=tuple(groups),
            footnotes=tuple(note.format(horizon=horizon) for note in notes),
        ),
    )


def weights_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the weights behind the curves on the days asked for, by strategy."""
    names, days = strategies(rows), sorted(set(rows.rows("weight_mean")[TIME]))
    if not days:
        return None
    whose = {BEFORE: "free of the event"}
    if rows.analysis.relapse_days:
        whose[ALL] = "all who follow, in relapse or not"
    groups = [_weights(rows, names, day, part, whose[part]) for day in days for part in whose]
    return TableBlock(
        name=anchor(rows.anchor, "weights"),
        table=Table(
            caption=f"{rows.label}: the weights of those who follow",
            columns=_columns(names),
            groups=tuple(groups),
            footnotes=(WEIGHED,),
        ),
    )


def _columns(names: list[str]) -> tuple[Column, ...]:
    return (Column(header="", align="left"), *(Column(header=name) for name in names))


def _before(rows: AnalysisRows, names: list[str]) -> Iterator[Row]:
    for statistic, words in COPIED.items():
        yield _counts(rows, words, statistic, names)
    yield from _went_on(rows, names, BEFORE)


def _went_on(rows: AnalysisRows, names: list[str], part: str) -> Iterator[Row]:
    """Yield how those left that did, how the others ended, and the person-days."""
    for way in dict.fromkeys(rows.rows("n_deviated")[LEVEL].tolist()):
        where = {"term": part, "level": way}
        if any(rows.value("n_deviated", group=name, **where) > 0 for name in names):
            yield _counts(rows, f"Left: {LEFT.get(way, way)}", "n_deviated", names, **where)
    horizon = fmt.trimmed(rows.analysis.horizon_days)
    for statistic, words in WENT_ON.items():
        yield _counts(rows, words.format(horizon=horizon), statistic, names, term=part)
    yield _counts(rows, PERSON_DAYS, "person_days", names, term=part)


def _days_in_all(rows: AnalysisRows, names: list[str]) -> Row:
    return _counts(rows, f"{PERSON_DAYS}, before the event and after", "person_days", names,
                   term=ALL)  # fmt: skip


def _counts(rows: AnalysisRows, words: str, statistic: str, names: list[str], **where: str) -> Row:
    cells = (fmt.count(rows.value(statistic, group=name, **where)) for name in names)
    return Row(cells=(words, *cells))


def _weights(rows: AnalysisRows, names: list[str], day: float, whose: str, words: str) -> RowGroup:
    def line(label: str, statistic: str, digits: int) -> Row:
        values = [rows.value(statistic, group=name, term=whose, day=day) for name in names]
        return Row(cells=(label, *(fmt.number(value, digits) for value in values)))

    lines = (
        line("Copies", "n_weighted", 0),
        line("Mean weight", "weight_mean", 1),
        line("Largest weight", "weight_largest", 1),
        line("Effective number", "effective_n", 1),
        line("Sum of weights per copy", "weight_per_clone", 2),
    )
    return RowGroup(label=f"Day{fmt.NBSP}{fmt.trimmed(day)}: {words}", rows=lines)


def model_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the odds ratios of the model of a booster; None where there is none."""
    found = list(records(rows.rows("booster_odds_ratio")))
    if not found:
        return None
    columns = (
        Column(header="What is known on the day", align="left"),
        Column(header="Odds ratio of a booster", unit=fmt.confidence_level(rows.level)),
    )
    lines = [
        Row(cells=(_known(row.term), parts.ratio(row.estimate, row.conf_low, row.conf_high)))
        for row in found
    ]
    return TableBlock(
        name=anchor(rows.anchor, "model"),
        table=Table(
            caption=f"{rows.label}: the model of a booster on a day",
            columns=columns,
            groups=(RowGroup(rows=tuple(lines)),),
            footnotes=(
                f"Pooled logistic model of {counted(found[0].n, 'subject-day')} on which a booster "
                f"could be begun, and {counted(found[0].n_events, 'booster')}; given "
                f"{known_words(rows)}. The score has a smooth curve and no single ratio.",
            ),
        ),
    )


def _known(term: str) -> str:
    name, _, category = term.partition(": ")
    if category:
        return f"{variable_label(name)}: {category}"
    return variable_label(term)
