"""Waits, cycles and scores in the report: sentences, figures and tables."""

from dataclasses import replace
from pathlib import Path

import pytest

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import plan_from_text
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.compose import compose
from afterglow.report.presentations import finding, presentation
from afterglow.report.themes import CYCLES, LATENCY, RECURRENT, theme_of
from afterglow.study.run import run

DEMO_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
ANALYSES = """
[analysis.wait]
role = "primary"
estimator = "booster_latency"
endpoint = "relapse_to_booster"
population = "evaluable"

[analysis.first_wait]
estimator = "booster_latency"
endpoint = "relapse_to_booster"
population = "evaluable"
relapses = "first"
clock = "confirmed"
by = "arm"
reference = "racemic ketamine"

[analysis.few]
estimator = "booster_latency"
endpoint = "relapse_to_booster"
population = "evaluable"
smallest_group = 1000

[analysis.cycles]
estimator = "cycle_summary"
endpoint = "booster"
population = "evaluable"
at_days = [14, 28]

[analysis.scores]
estimator = "score_within_cycle"
endpoint = "response"
population = "evaluable"

[analysis.scores_by_arm]
estimator = "score_within_cycle"
endpoint = "response"
population = "evaluable"
by = "arm"
parallel = true

[analysis.rates]
estimator = "recurrent_cox"
model = "pwp-gap"
max_event = 4
endpoint = "booster"
population = "evaluable"
terms = [{ cycle = "previous_gap_days", per = 7 }, { cycle = "kind", reference = "scheduled" }]
"""


@pytest.fixture(scope="module")
def study():
    text = DEMO_PLAN.read_text(encoding="utf-8")
    before, _, after = text.partition("[analysis.durability]")
    report = "[report]" + after.partition("[report]")[2]
    plan = plan_from_text(before + ANALYSES + report)
    return run(plan, read_cohort(plan.data, DEMO_PLAN.parent))


@pytest.fixture(scope="module")
def page(study):
    return compose(study)


@pytest.fixture(scope="module")
def shown(study):
    return {rows.name: rows for rows in all_analyses(study)}


def blocks_of(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def labels_of(table):
    return [row.cells[0] for group in table.groups for row in group.rows]


def test_each_stands_in_its_section(page, shown):
    themes = {name: theme_of(rows) for name, rows in shown.items()}
    assert themes == {
        "wait": LATENCY, "first_wait": LATENCY, "few": LATENCY, "cycles": CYCLES,
        "scores": CYCLES, "scores_by_arm": CYCLES, "rates": RECURRENT,
    }  # fmt: skip
    titles = [section.title for section in page.sections]
    assert {"Boosters", "Cycles", "Events that recur"} <= set(titles)


def test_the_wait_is_said_with_denominator_limits_and_what_is_hidden(shown):
    words = finding(shown["wait"])
    assert words.startswith("Of 114\u00a0relapses of 65\u00a0subjects, an estimated 62.6\u00a0%")
    assert "were followed by a booster within 14\u00a0days of “Relapse after the course”" in words
    assert "while a relapse still waited for its confirmation, half of them within" in words
    pending = shown["wait"].rows("n_boosted_while_pending").set_index("level")["estimate"]
    counts = f"Over all cycles {pending['']:.0f}\u00a0boosters ({pending['first cycle']:.0f} in the"
    assert counts in words
    assert 0 < pending["first cycle"] < pending[""]
    assert "nobody was watched beyond the confirmation" in words
    first = finding(shown["first_wait"])
    assert "subjects in relapse in the esketamine group" in first
    assert "were given a booster within 14\u00a0days of the confirmation of" in first


def test_a_group_that_is_too_small_is_said(shown):
    words = finding(shown["few"])
    begin = "Of 114\u00a0relapses of 65\u00a0subjects 100 were seen to be followed by a booster."
    assert words.startswith(begin)
    assert "fewer than 1000 subjects" in words
    assert [type(block) for block in blocks_of(shown["few"])] == [TableBlock]


def test_the_wait_is_drawn_and_tabled(shown):
    stacked, curve, table = blocks_of(shown["wait"])
    assert isinstance(stacked, FigureBlock)
    heads = [column.header for column in stacked.data.columns]
    assert heads[2:4] == ["Triggered booster", "Booster of unknown kind"]
    assert heads[-1] == "Still waiting"
    for row in stacked.data.groups[0].rows[1:]:
        assert sum(row.cells[2:]) == pytest.approx(1)
    assert "At risk" in [column.header for column in curve.data.columns]
    assert isinstance(table, TableBlock)
    labels = labels_of(table.table)
    assert labels.count("Any booster") == 3
    assert "Boosted before the confirmation, any cycle (not above)" in labels
    assert any("a relapse is known only when it is confirmed" in n for n in table.table.footnotes)


def test_cycles_are_said_drawn_and_tabled(shown):
    rows = shown["cycles"]
    words = finding(rows)
    assert "in cycle 1 (294\u00a0gaps of 294\u00a0subjects)" in words
    assert "in cycle 4 or more" in words
    assert "Over all cycles, each subject counting once" in words
    gaps, together, table = blocks_of(rows)
    assert "Wang and Chang" in together.caption
    assert "pooled" in together.data.columns[2].header
    assert gaps.data.groups[3].label == "cycle 4 or more"
    labels = labels_of(table.table)
    assert "Response held when the block began" in labels
    kept = next(row for group in table.table.groups for row in group.rows
                if row.cells[0] == "Response held when the block began")  # fmt: skip
    assert str(kept.cells[1]) == "–"
    assert "/" in str(kept.cells[2])


def test_scores_are_said_with_the_caution(shown):
    words = finding(shown["scores"])
    assert "The predicted mean MADRS on day\u00a028 after the last session was" in words
    assert "it reached 22, the threshold of relapse, after" in words
    assert "Visits and boosters follow the symptoms" in words
    figure, table = blocks_of(shown["scores"])
    assert figure.caption.endswith("dotted: the threshold of relapse.")
    assert "Days until the mean reaches 22" in str(table.table.groups)
    by_arm = finding(shown["scores_by_arm"])
    assert "In the esketamine group the predicted mean MADRS" in by_arm
    lines = blocks_of(shown["scores_by_arm"])[0]
    assert "esketamine, later cycles" in str(lines.points.groups)


def test_the_method_of_each_model_of_scores_is_told(shown):
    rows = shown["scores"]
    straight = replace(rows, analysis=rows.analysis.model_copy(update={"knots": ()}))
    one, other = presentation(rows).methods([rows, straight, rows])
    assert "straight between knots at day" in one
    assert "straight between knots at no day" in other


def test_terms_of_the_cycle_are_named(shown):
    words = finding(shown["rates"])
    assert "for gap before it, per 7 days" in words
    assert "kind of its first session: triggered vs scheduled" in words
    assert "were left out: no cycle before it for" in words


def test_the_methods_are_explained(page):
    text = str(page.sections)
    for words in ("Wait for a booster: Aalen–Johansen", "the visit that confirms it",
                  "Wang and Chang (1999)", "length-biased", "restricted maximum likelihood",
                  "a triggered one an outcome"):  # fmt: skip
        assert words in text
    assert "a booster begins the next cycle; scores after a switch" in text


def test_companions_of_a_primary_wait(study):
    table = study.results.select(section="sensitivity", statistic_name="incidence")
    assert set(table["level"]) >= {"7", "10", "14", "21"}
    assert (table["term"] == "max_gap_days").any()
