"""Recurring events in the report: sentences, figures and tables."""

from pathlib import Path

import pytest

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import plan_from_text
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.compose import compose
from afterglow.report.presentations import finding, presentation
from afterglow.report.themes import RECURRENT, theme_of
from afterglow.study.run import run

DEMO_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
ANALYSES = """
[analysis.boosters]
role = "primary"
estimator = "mean_cumulative_function"
endpoint = "booster"
population = "evaluable"
by = "arm"
reference = "racemic ketamine"
at_days = [28, 84]

[analysis.rates]
estimator = "recurrent_cox"
model = "pwp-gap"
event_specific = true
max_event = 2
endpoint = "booster"
population = "evaluable"
terms = [{ column = "arm", reference = "racemic ketamine" }, { column = "age", per = 10 }]

[analysis.shared]
estimator = "frailty"
endpoint = "booster"
population = "evaluable"
terms = [{ column = "arm", reference = "racemic ketamine" }, { column = "age", per = 10 }]
"""


@pytest.fixture(scope="module")
def study():
    text = DEMO_PLAN.read_text(encoding="utf-8")
    before, _, after = text.partition("[analysis.durability]")
    report = "[report]" + after.partition("[report]")[2]
    plan = plan_from_text(before + ANALYSES + report)
    return run(plan, read_cohort(plan.data, DEMO_PLAN.parent))


@pytest.fixture(scope="module")
def shown(study):
    return {rows.name: rows for rows in all_analyses(study)}


def blocks_of(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def test_all_stand_in_the_section_of_recurring_events(study, shown):
    assert {theme_of(rows) for rows in shown.values()} == {RECURRENT}
    titles = [section.title for section in compose(study).sections]
    assert "Events that recur" in titles


def test_the_means_are_said_with_intervals_denominators_and_test(shown):
    words = finding(shown["boosters"])
    assert "By day\u00a084 after the end of the course the mean number of boosters was" in words
    assert "subjects in the esketamine group" in words
    assert "esketamine minus racemic ketamine" in words
    assert "pseudo-score test" in words
    assert words.count("95\u00a0% CI") == 3


def test_the_means_are_drawn_and_tabled(shown):
    figure, table = blocks_of(shown["boosters"])
    assert isinstance(figure, FigureBlock)
    assert isinstance(table, TableBlock)
    labels = [row.cells[0] for group in table.table.groups for row in group.rows]
    assert labels.count("Boosters per subject") == 2
    assert "Ended by what makes more impossible" in labels
    heads = [column.header for column in figure.data.columns]
    assert "Ended so far by what makes more impossible" in heads


def test_rates_stand_event_by_event(shown):
    words = finding(shown["rates"])
    assert words.startswith("Of the first event: rate ratios: ")
    figure, table, tests = blocks_of(shown["rates"])
    assert [group.label for group in table.table.groups] == ["Event 1", "Event 2"]
    assert [group.label for group in figure.data.groups] == ["Event 1", "Event 2"]
    assert [row.cells[0] for row in tests.table.groups[0].rows] == [
        "Wald",
        "Score, robust variance",
    ]


def test_the_frailty_is_said_with_limits_and_test(shown):
    words = finding(shown["shared"])
    assert "The variance of the frailty is" in words
    assert "against none" in words


def test_the_methods_are_explained(study, shown):
    page = str(compose(study).sections)
    for words in ("Ghosh and Lin", "mets::recurrentMarginal", "Prentice, Williams and Peterson on "
                  "gap time", "Shared frailty", "make further events impossible"):  # fmt: skip
        assert words in page


def test_companions_count_the_events_of_every_cycle(study, shown):
    table = study.results.select(section="sensitivity", statistic_name="n_events")
    planned = shown["boosters"].value("n_events", group="esketamine")
    mine = table[table["group"] == "esketamine"]
    assert set(mine["level"]) == {"7", "10", "14", "21"}
    assert mine.loc[mine["level"] == "10", "estimate"].tolist() == [planned]
    # Other gaps move the end of a few courses; they do not lose the later boosters.
    assert (abs(mine["estimate"] - planned) < 0.1 * planned).all()
    section = str(next(part for part in compose(study).sections if part.name == "sensitivity"))
    assert "Mean number" in section
    assert "percentage points" not in section
