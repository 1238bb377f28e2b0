"""The primary result under every other choice of a rule, as a table and a forest plot."""

import math
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, STATISTIC_NAME, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, all_analyses, with_role
from afterglow.report.blocks import Block, FigureBlock, ItemList, Prose, Ref, Section, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.sentences import day_words, finding
from afterglow.report.words import anchor, counted, group_label, listed, plain
from afterglow.study.results import LEVEL, SECTION
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

    from afterglow.study.run import Study

SENSITIVITY: Final = "sensitivity"
RULES: Final = {
    "unconfirmed": "A run still open at the end of follow-up",
    "session_while_pending": "A session while a run waits for confirmation",
    "max_gap_days": "Gap that ends the course",
}
CHOICES: Final = {
    ("unconfirmed", "censor"): "censored at the last visit known free",
    ("unconfirmed", "censor-at-visit"): "censored at the first visit of the run",
    ("unconfirmed", "event"): "counted as the event",
    ("session_while_pending", "booster"): "ends the watch as a booster",
    ("session_while_pending", "relapse"): "confirms the relapse",
    ("session_while_pending", "look-through"): "is looked through",
}
AFFECTED: Final = {
    "unconfirmed": "{who} had a run still open at the end of follow-up",
    "session_while_pending": "{who} had a session while a run waited for confirmation",
    "course unfinished": "in {who} follow-up stopped before the course was known to have ended",
}
INTRO: Final = (
    "The same estimate under every other choice of the rules that could have decided it; the "
    "choice of the plan is marked. The estimates share most subjects and are not independent."
)
COMPANIONS: Final = "The plan's own sensitivity analyses of this result:"


def section(study: "Study") -> Section | None:
    """Return the companions of the primary analyses; None where there are none."""
    found = [(rows, _blocks(rows)) for rows in with_role(study, "primary")]
    sections = tuple(
        Section(name=anchor("sensitivity", rows.anchor), title=rows.label, blocks=blocks)
        for rows, blocks in found
        if blocks
    )
    if not sections:
        return None
    whole = Prose(paragraphs=(INTRO,))
    if len(sections) == 1:
        blocks = (whole, *sections[0].blocks)
        return Section(name=SENSITIVITY, title="Sensitivity of the primary result", blocks=blocks)
    return Section(
        name=SENSITIVITY,
        title="Sensitivity of the primary results",
        blocks=(whole,),
        sections=sections,
    )


def _blocks(rows: AnalysisRows) -> tuple[Block, ...]:
    blocks: list[Block] = []
    table = _headline(rows)
    affected = _affected_sentence(rows)
    if affected:
        blocks.append(Prose(paragraphs=(affected,)))
    if len(table):
        blocks += [block for block in (_forest(rows, table), _table(rows, table)) if block]
    return (*blocks, *_companions(rows))


def _companions(rows: AnalysisRows) -> tuple[Block, ...]:
    mine = [one for one in all_analyses(rows.study) if one.analysis.of == rows.name]
    if not mine:
        return ()
    items = tuple(
        (f"{one.label} ({one.analysis.role}): {finding(one)} ", Ref(one.anchor), ".")
        for one in mine
    )
    return (Prose(paragraphs=(COMPANIONS,)), ItemList(items=items))


def _headline(rows: AnalysisRows) -> "pd.DataFrame":
    """Return the sensitivity rows of the headline statistic at its last day."""
    mine = rows.table[rows.table[SECTION] == SENSITIVITY]
    for name in ("incidence", "survival", "rate", "median"):
        found = mine[mine[STATISTIC_NAME] == name]
        if len(found):
            last = found[TIME].max()
            wanted = mine[STATISTIC_NAME].isin((name, "difference"))
            same_day = mine[TIME].isna() if math.isnan(last) else mine[TIME] == last
            return mine[wanted & same_day]
    return mine.iloc[:0]


def _affected_sentence(rows: AnalysisRows) -> str:
    mine = rows.rows("n_affected", SENSITIVITY)
    clauses = [
        AFFECTED[row.term].format(who=counted(row.estimate, "subject"))
        for row in mine.itertuples(index=False)
        if row.term in AFFECTED
    ]
    return f"In this analysis {listed(clauses)}." if clauses else ""


def _choice_words(rule: str, level: str) -> str:
    return CHOICES.get((rule, level)) or f"{plain(float(level))} days"


def _choices(rows: AnalysisRows, table: "pd.DataFrame") -> list[tuple[str, str, bool]]:
    planned = rows.rows("as_planned", SENSITIVITY)
    return [(row.term, row.level, bool(row.estimate)) for row in planned.itertuples(index=False)]


def _table(rows: AnalysisRows, table: "pd.DataFrame") -> TableBlock:
    found = {
        (row.rule, row.level, row.statistic_name, row.group): row
        for row in table.rename(columns={TERM: "rule"}).itertuples(index=False)
    }
    name = next(statistic for _, _, statistic, _ in found if statistic != "difference")
    level = fmt.confidence_level(rows.level)
    is_time = name == "median"
    unit = f"days, {level}" if is_time else f"%, {level}"
    columns = [Column(header="Choice")]
    for group in rows.groups:
        columns += [
            Column(header="Analysed", unit="n", show=fmt.count, spanner=group_label(group)),
            Column(header="With event", unit="n", show=fmt.count, spanner=group_label(group)),
            Column(header=name.capitalize(), unit=unit, spanner=group_label(group)),
        ]
    for contrast in rows.contrasts:
        columns.append(
            Column(
                header=f"Difference, {contrast.replace(' vs ', ' minus ')}",
                unit=f"%-points, {level}",
            )
        )
    write = parts.time if is_time else parts.share
    choices = _choices(rows, table)
    body = []
    for rule in dict.fromkeys(one for one, _, _ in choices):
        lines = []
        for _, word, planned in (one for one in choices if one[0] == rule):
            cells: list[Any] = [_choice_words(rule, word) + (" (plan)" if planned else "")]
            for group in rows.groups:
                where = {"group": group, "term": rule, "level": word, "section": SENSITIVITY}
                cells += [rows.value("n", **where), rows.value("n_events", **where)]
                cells.append(_cell(found.get((rule, word, name, group)), write))
            for contrast in rows.contrasts:
                cells.append(_cell(found.get((rule, word, "difference", contrast)), parts.share))
            lines.append(Row(cells=tuple(cells)))
        body.append(RowGroup(label=RULES.get(rule, rule), rows=tuple(lines)))
    return TableBlock(
        name=anchor("sensitivity", rows.anchor, "table"),
        table=Table(
            caption=_caption(rows, table),
            columns=tuple(columns),
            groups=tuple(body),
            footnotes=("(plan): the choice of the plan, and the primary result.",),
        ),
    )


def _cell(row: Any, write: Any) -> Any:
    return fmt.MISSING if row is None else write(row.estimate, row.conf_low, row.conf_high)


def _caption(rows: AnalysisRows, table: "pd.DataFrame") -> str:
    last = table[TIME].max()
    when = "" if math.isnan(last) else f", {day_words(rows, last)}"
    return f"{rows.label} under other choices of the rules{when}"


def _forest(rows: AnalysisRows, table: "pd.DataFrame") -> FigureBlock | None:
    drawn = _drawn(rows, table)
    if drawn.empty or not drawn[ESTIMATE].notna().any():
        return None
    difference = len(rows.contrasts) == 1
    days = not difference and (table[STATISTIC_NAME] == "median").any()
    shown = drawn.rename(columns={LEVEL: "choice", TERM: "rule"})
    axes = draw_forest(
        shown,
        label="choice",
        section="rule",
        null=0.0 if difference else None,
        scale="linear" if days else "share",
        xlabel=f"Difference: {rows.contrasts[0].replace(' vs ', ' minus ')}"
        if difference
        else "Median, days"
        if days
        else "Estimate",
        digits=1,
        level=rows.level,
        ax=new_axes(DOUBLE_COLUMN, forest_height(shown, label="choice", section="rule")),
    )
    return figure(
        anchor("sensitivity", rows.anchor, "forest"),
        axes,
        title=f"{rows.label}: sensitivity",
        caption=f"{_caption(rows, table)}. Squares: estimates; whiskers: "
        f"{fmt.confidence_level(rows.level)}.",
        alt=_alt(rows, drawn, days=days),
        data=_drawn_table(rows, drawn, days=days),
    )


def _drawn(rows: AnalysisRows, table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the lines of the forest plot: the one difference, or else every group's estimate."""
    difference = len(rows.contrasts) == 1
    mine = table[(table[STATISTIC_NAME] == "difference") == difference]
    planned = {(rule, level) for rule, level, plan in _choices(rows, table) if plan}
    several = not difference and len(rows.groups) > 1
    labels = [
        _choice_words(row.term, row.level)
        + (f", {row.group}" if several else "")
        + (" (plan)" if (row.term, row.level) in planned else "")
        for row in mine.itertuples(index=False)
    ]
    heads = [RULES.get(term, term) for term in mine[TERM]]
    frame = mine.assign(**{LEVEL: labels, TERM: heads})
    return frame[[TERM, LEVEL, GROUP, ESTIMATE, CONF_LOW, CONF_HIGH]].reset_index(drop=True)


def _alt(rows: AnalysisRows, drawn: "pd.DataFrame", *, days: bool) -> str:
    low, high = drawn[ESTIMATE].min(), drawn[ESTIMATE].max()
    what = "The difference" if len(rows.contrasts) == 1 else "The estimate"
    unit = "days" if days else "percentage points" if len(rows.contrasts) == 1 else "%"
    write = fmt.trimmed if days else fmt.percentage_points
    return (
        f"{what} lies between {write(low)} and {write(high)} {unit} under all "
        f"{counted(len(drawn), 'choice')} shown."
    )


def _drawn_table(rows: AnalysisRows, drawn: "pd.DataFrame", *, days: bool) -> Table:
    write = parts.time if days else parts.share
    head = Column(
        header="Estimate", unit=f"{'days' if days else '%'}, {fmt.confidence_level(rows.level)}"
    )
    columns = (Column(header="Choice"), head)
    groups = tuple(
        RowGroup(
            label=rule,
            rows=tuple(
                Row(cells=(row.level, write(row.estimate, row.conf_low, row.conf_high)))
                for row in drawn[drawn[TERM] == rule].itertuples(index=False)
            ),
        )
        for rule in dict.fromkeys(drawn[TERM].tolist())
    )
    return Table(
        caption=f"{rows.label}: numbers of the forest plot", columns=columns, groups=groups
    )
