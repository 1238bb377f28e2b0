"""Definitions: endpoints in words, every rule in force with its value, instruments and sources."""

from typing import TYPE_CHECKING, Final

from afterglow.plan.population import Filter
from afterglow.report.blocks import Block, DefinitionList, Prose, Ref, Section, TableBlock
from afterglow.report.endpoint_words import definition
from afterglow.report.instrument_rows import cutoff_groups, instrument_rows
from afterglow.report.rule_rows import endpoint_rules, timeline_rules
from afterglow.report.words import (
    either,
    endpoint_label,
    plain,
    population_name,
    upper_first,
    variable_words,
)
from afterglow.tables.table import Column, RowGroup, Table

if TYPE_CHECKING:
    from afterglow.study.run import Study

INTRO = (
    "Days count from the first session (or, without sessions, the start of treatment), which is "
    "day 0. A rule set by “plan” stands in the plan, by “default” was left to its default, and by "
    "“always” is the same in every report."
)
RULE_COLUMNS = (
    Column(header="Rule"),
    Column(header="In force", align="left"),
    Column(header="Set by", align="left"),
)
INSTRUMENT_SOURCES: Final = (
    "The reference is the publication usually cited (field convention, not looked up again). Where "
    "range and recall were taken from, and how sure that is, is shown by “afterglow instruments”."
)


def section(study: "Study") -> Section:
    """Return every definition with the values used."""
    found = (_endpoints(study), _timeline(study), _populations(study), _instruments(study))
    return Section(
        name="definitions",
        title="Definitions",
        blocks=(Prose(paragraphs=(INTRO,)),),
        sections=tuple(part for part in found if part is not None),
    )


def _endpoints(study: "Study") -> Section:
    items = tuple(
        (endpoint_label(name, endpoint), upper_first(definition(endpoint, study)))
        for name, endpoint in study.plan.endpoint.items()
    )
    groups = tuple(
        RowGroup(label=endpoint_label(name, endpoint), rows=tuple(endpoint_rules(endpoint, study)))
        for name, endpoint in study.plan.endpoint.items()
    )
    table = Table(
        caption="Rules of each endpoint, with the value in force",
        columns=RULE_COLUMNS,
        groups=tuple(group for group in groups if group.rows),
    )
    words = (
        "Every rule behind these sentences, with its value, is in ",
        Ref("rules-endpoints"),
        ".",
    )
    return Section(
        name="definitions-endpoints",
        title="Endpoints",
        blocks=(
            DefinitionList(items=items),
            Prose(paragraphs=(words,)),
            TableBlock(name="rules-endpoints", table=table),
        ),
    )


def _timeline(study: "Study") -> Section:
    table = Table(
        caption="Rules of the timeline, with the value in force",
        columns=RULE_COLUMNS,
        groups=(RowGroup(rows=tuple(timeline_rules(study))),),
    )
    block = TableBlock(name="rules-timeline", table=table)
    return Section(name="definitions-timeline", title="Timeline", blocks=(block,))


def _populations(study: "Study") -> Section | None:
    if not study.plan.population:
        return None
    items = tuple(
        (population_name(name, population), _filters(population.filters))
        for name, population in study.plan.population.items()
    )
    return Section(
        name="definitions-populations",
        title="Populations",
        blocks=(DefinitionList(items=items),),
    )


def _filters(filters: tuple[Filter, ...]) -> str:
    if not filters:
        return "Everybody in the subjects table."
    return upper_first("; then ".join(_filter_words(rule) for rule in filters)) + "."


def _filter_words(rule: Filter) -> str:
    """Return whom a filter keeps."""
    subject = f"baseline {rule.baseline}" if rule.baseline else variable_words(str(rule.column))[0]
    tests = []
    if rule.among is not None:
        tests.append(f"is {either([_value(value) for value in rule.among])}")
    if rule.not_in is not None:
        tests.append(f"is not {either([_value(value) for value in rule.not_in])}")
    if rule.at_least is not None:
        tests.append(f"is {plain(rule.at_least)} or more")
    if rule.at_most is not None:
        tests.append(f"is {plain(rule.at_most)} or less")
    return f"{subject} {' and '.join(tests)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, float) else str(value)


def _instruments(study: "Study") -> Section | None:
    rows = instrument_rows(study)
    if not rows:
        return None
    instruments = Table(
        caption="Instruments",
        columns=tuple(
            Column(header=head, align="left")
            for head in ("Instrument", "Version", "Range", "Recall", "Rater", "Reference")
        ),
        groups=(RowGroup(rows=tuple(rows)),),
        footnotes=(INSTRUMENT_SOURCES,),
    )
    blocks: list[Block] = [TableBlock(name="instruments", table=instruments)]
    cutoffs = cutoff_groups(study)
    if cutoffs:
        blocks.append(TableBlock(name="cutoffs", table=_cutoff_table(cutoffs)))
    return Section(name="definitions-instruments", title="Instruments", blocks=tuple(blocks))


def _cutoff_table(groups: list[RowGroup]) -> Table:
    heads = ("Also used by", "Source", "How sure")
    return Table(
        caption="Cut-offs of the plan, and who else used them",
        columns=tuple(Column(header=head, align="left") for head in heads),
        groups=tuple(groups),
        footnotes=(
            "“Seen in the source” was read there; “field convention” is well known and was not "
            "looked up again; “uncertain” must be checked before use.",
        ),
    )
