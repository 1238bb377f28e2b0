"""The appendix shows the conventions and the agreement with R of what ran, and of nothing else."""

import csv

import pytest
from support.source_tree import PACKAGE
from support.studies import tiny_cohort, tiny_plan

from afterglow.report.agreement import conventions
from afterglow.report.blocks import DefinitionList, TableBlock
from afterglow.report.parts.appendix import section
from afterglow.study.run import run


@pytest.fixture(scope="module")
def appendix():
    return section(run(tiny_plan(), tiny_cohort()))


def blocks(part, kind):
    return [block for inner in part.sections for block in inner.blocks if isinstance(block, kind)]


def test_only_what_concerns_the_methods_used(appendix):
    (shown,) = blocks(appendix, DefinitionList)
    topics = [topic for topic, _ in shown.items]
    assert topics == [one.topic for one in conventions({"aalen_johansen"})]
    assert "Variance of a cumulative incidence" in topics
    assert "p values" in topics
    assert "Ties in a Cox model" not in topics


def test_the_table_counts_every_comparison(appendix):
    (shown,) = blocks(appendix, TableBlock)
    assert [group.label for group in shown.table.groups] == ["Aalen–Johansen"]
    with (PACKAGE / "report" / "conformance.csv").open(encoding="utf-8") as file:
        mine = [row for row in csv.DictReader(file) if row["estimator"] == "aalen_johansen"]
    cells = [row.cells for row in shown.table.groups[0].rows]
    assert {name for name, *_ in cells} == {row["case"] for row in mine}
    assert sum(n for _, n, *_ in cells) == sum(int(row["values"]) for row in mine)
