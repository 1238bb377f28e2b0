"""Appendix: the conventions of the methods that ran, and how they agree with R."""

from typing import TYPE_CHECKING, Final

from afterglow.report.agreement import Agreement, Convention, agreements, conventions
from afterglow.report.blocks import Block, DefinitionList, Prose, Section, TableBlock
from afterglow.report.words import estimator_name
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    from afterglow.study.run import Study

CHOSEN: Final = (
    "Programs differ in these points. What was chosen here, and the call of R that does the same:"
)
COMPARED: Final = (
    "Each estimator of this report was compared with R on public data sets when this version was "
    "made. For each comparison the table shows the pair of numbers that lies furthest apart."
)
DIGITS: Final = 6
SMALL: Final = 1e-4
FOOTNOTE: Final = (
    "The file conformance.csv of the package holds every comparison with its tolerance. “Numbers” "
    "counts the values compared."
)


def section(study: "Study") -> Section | None:
    """Return the appendix; None where no analysis ran."""
    used = {analysis.estimator for analysis in study.plan.analysis.values()}
    if not used:
        return None
    chosen: tuple[Block, ...] = (
        Prose(paragraphs=(CHOSEN,)),
        DefinitionList(items=tuple(_item(one) for one in conventions(used))),
    )
    parts = [Section(name="conventions", title="Conventions", blocks=chosen)]
    found = agreements(used)
    if found:
        blocks: tuple[Block, ...] = (Prose(paragraphs=(COMPARED,)), _table(found))
        parts.append(Section(name="conformance", title="Agreement with R", blocks=blocks))
    return Section(name="appendix", title="Appendix", sections=tuple(parts))


def _item(one: Convention) -> tuple[str, str]:
    return one.topic, f"{one.rule} In R: {one.equals}." if one.equals else one.rule


def _table(found: tuple[Agreement, ...]) -> TableBlock:
    columns = (
        Column(header="Reference"),
        Column(header="Numbers", show=fmt.count),
        Column(header="Furthest apart", align="left"),
        Column(header="Here"),
        Column(header="R"),
        Column(header="Difference"),
    )
    groups = tuple(
        RowGroup(
            label=estimator_name(estimator),
            rows=tuple(_row(one) for one in found if one.estimator == estimator),
        )
        for estimator in dict.fromkeys(one.estimator for one in found)
    )
    table = Table(
        caption="Agreement with R, by estimator and reference",
        columns=columns,
        groups=groups,
        footnotes=(FOOTNOTE,),
    )
    return TableBlock(name="agreement", table=table)


def _row(one: Agreement) -> Row:
    cells = (
        one.case,
        one.values,
        one.quantity,
        _value(one.ours),
        _value(one.reference),
        fmt.power_of_ten(one.difference),
    )
    return Row(cells=cells)


def _value(number: float) -> str:
    small = 0 < abs(number) < SMALL
    return fmt.power_of_ten(number, DIGITS) if small else fmt.significant(number, DIGITS)
