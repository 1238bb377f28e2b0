"""Who followed which strategy of a target trial, with which weight, and by which model."""

from typing import Final

from afterglow.names import TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.trial_blocks import strategies
from afterglow.report.trial_sheet import known_words
from afterglow.report.words import anchor, counted, variable_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

LEFT: Final = {
    "session not yet due": "booster that was not due",
    "no session in time": "no booster in time",
    "session given": "booster given",
}
"""How a copy leaves its strategy."""


def followed_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the copies of each strategy: how many, how long, why censored, and their weights."""
    names = strategies(rows)
    if not names:
        return None
    counts = {
        "n_clones": "Subjects copied at time zero",
        "n_not_cloned": "Not copied: could not follow it at time zero",
        "n_clone_events": "With the event while following",
        "n_adherent": "Followed to the event or the end of follow-up",
    }
    lines = [
        Row(cells=(words, *(_count(rows, key, n) for n in names))) for key, words in counts.items()
    ]
    reasons = dict.fromkeys(rows.rows("n_deviated")["level"].tolist())
    lines += [
        Row(cells=(f"Censored: {LEFT.get(reason, reason)}",
                   *(_count(rows, "n_deviated", n, level=reason) for n in names)))
        for reason in reasons
        if any(rows.value("n_deviated", group=n, level=reason) > 0 for n in names)
    ]  # fmt: skip
    lines.append(Row(cells=("Person-days", *(_count(rows, "person_days", n) for n in names))))
    groups = [RowGroup(label="Copies", rows=tuple(lines))]
    days = sorted(set(rows.rows("weight_mean")[TIME]))
    groups += [_weights(rows, names, day) for day in days]
    columns = (Column(header="", align="left"), *(Column(header=name) for name in names))
    return TableBlock(
        name=anchor(rows.anchor, "followed"),
        table=Table(
            caption=f"{rows.label}: who followed which strategy, and with which weight",
            columns=columns,
            groups=tuple(groups),
            footnotes=(
                "A subject is counted in every strategy that its data fit. The effective number is "
                "the size of an unweighted sample that would tell as much. The sum of weights per "
                "copy should be the share of all still watched and free of the event; above 1 the "
                "model of a booster does not fit those who follow.",
            ),
        ),
    )


def _count(rows: AnalysisRows, statistic: str, name: str, level: str = "") -> str:
    return fmt.count(rows.value(statistic, group=name, level=level))


def _weights(rows: AnalysisRows, names: list[str], day: float) -> RowGroup:
    def line(label: str, statistic: str, digits: int) -> Row:
        values = [rows.value(statistic, group=name, day=day) for name in names]
        return Row(cells=(label, *(fmt.number(value, digits) for value in values)))

    lines = (
        line("At risk and following", "n_weighted", 0),
        line("Mean weight", "weight_mean", 1),
        line("Largest weight", "weight_largest", 1),
        line("Effective number", "effective_n", 1),
        line("Sum of weights per copy", "weight_per_clone", 2),
    )
    return RowGroup(label=f"Day {fmt.trimmed(day)}", rows=lines)


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
