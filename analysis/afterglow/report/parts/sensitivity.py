"""The primary result under every other choice of a rule, and beside its companions."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import AnalysisRows, all_analyses, records, with_role
from afterglow.report.blocks import Block, ItemList, Prose, Ref, Section
from afterglow.report.presentations import brief
from afterglow.report.sensitivity_forest import companions_forest
from afterglow.report.sensitivity_rows import SENSITIVITY, Companions, companions_table
from afterglow.report.visit_blocks import visit_blocks
from afterglow.report.words import anchor, counted, listed
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from afterglow.study.run import Study

AFFECTED: Final = {
    "unconfirmed": "{who} had a run still open at the end of follow-up",
    "session_while_pending": "{who} had a session while a run waited for confirmation",
    "course unfinished": "follow-up of {who} stopped before the course was known to have ended",
}
INTRO: Final = (
    "The same estimate under every other choice of the rules that could have decided it; the "
    "choice of the plan is marked. The estimates share most subjects and are not independent."
)
COMPANIONS: Final = "The plan's own variants of this analysis:"


def section(study: "Study") -> Section | None:
    """Return the companions of the primary analyses; None where there are none."""
    found = [(rows, _blocks(rows)) for rows in with_role(study, "primary")]
    sections = tuple(
        Section(name=anchor(SENSITIVITY, rows.anchor), title=rows.label, blocks=blocks)
        for rows, blocks in found
        if blocks
    )
    if not sections:
        return None
    chosen = any(Companions(rows).headline for rows, _ in found)
    intro: tuple[Block, ...] = (Prose(paragraphs=(INTRO,)),) if chosen else ()
    if len(sections) == 1:
        blocks = (*intro, *sections[0].blocks)
        return Section(name=SENSITIVITY, title="Sensitivity of the primary result", blocks=blocks)
    title = "Sensitivity of the primary results"
    return Section(name=SENSITIVITY, title=title, blocks=intro, sections=sections)


def _blocks(rows: AnalysisRows) -> tuple[Block, ...]:
    blocks: list[Block] = []
    affected = _affected_sentence(rows)
    if affected:
        blocks.append(Prose(paragraphs=(affected,)))
    found = Companions(rows)
    if found.headline:
        forest = companions_forest(found)
        blocks += [forest] if forest is not None else []
        blocks.append(companions_table(found))
    return (*blocks, *visit_blocks(rows), *_variants(rows))


def _variants(rows: AnalysisRows) -> tuple[Block, ...]:
    mine = [one for one in all_analyses(rows.study) if one.analysis.of == rows.name]
    if not mine:
        return ()
    items = tuple(
        (f"{one.label} ({one.analysis.role}). {brief(one)} ", Ref(one.anchor), ".") for one in mine
    )
    return (Prose(paragraphs=(COMPANIONS,)), ItemList(items=items))


def _affected_sentence(rows: AnalysisRows) -> str:
    clauses = [
        AFFECTED[row.term].format(who=_who(row.estimate))
        for row in records(rows.rows("n_affected", SENSITIVITY))
        if row.term in AFFECTED
    ]
    where = f" (cycle{fmt.NBSP}{rows.analysis.cycle} of each subject)"
    return f"In this analysis{where}, {listed(clauses)}." if clauses else ""


def _who(n: float) -> str:
    return "no subject" if n == 0 else counted(n, "subject")
