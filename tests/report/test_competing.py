"""Competing causes and states in the report: sentences, tables, figures, methods."""

from pathlib import Path

import pytest

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import read_plan
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.compose import compose
from afterglow.report.presentations import finding, presentation
from afterglow.study.run import run
from afterglow.tables.format import NBSP

MODELS_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "models.toml"
NAMES = ("durability_test", "durability_adjusted", "relapse_by_cause", "states")


@pytest.fixture(scope="module")
def study():
    plan = read_plan(MODELS_PLAN)
    analyses = {name: plan.analysis[name] for name in NAMES}
    alone = plan.model_copy(update={"analysis": analyses})
    return run(alone, read_cohort(plan.data, MODELS_PLAN.parent))


@pytest.fixture(scope="module")
def shown(study):
    return {rows.name: rows for rows in all_analyses(study)}


def said(rows) -> str:
    return finding(rows).replace(NBSP, " ")


def blocks_of(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def kinds_of(rows):
    short = rows.anchor + "-"
    return [(type(block), block.name.removeprefix(short)) for block in blocks_of(rows)]


def methods_of(rows) -> str:
    return " ".join(presentation(rows).methods([rows]))


def test_grays_finding_names_the_endpoint_and_the_other_causes(shown):
    rows = shown["durability_test"]
    test = rows.one("gray_test", term="relapse")
    words = said(rows)
    assert words.startswith("Gray's test of equal incidences of relapse after the course")
    assert f"chi-squared {test.statistic:.2f} on 1 degree of freedom" in words
    assert f"{test.n_events:.0f} events among {test.n:.0f} subjects" in words
    assert "Of the competing causes it gives p" in words
    assert "for booster" in words


def test_grays_table_has_observed_and_expected_of_each_cause(shown):
    rows = shown["durability_test"]
    (block,) = blocks_of(rows)
    groups = block.table.groups
    assert groups[0].label.startswith("Relapse after the course: chi-squared")
    line = groups[0].rows[0].cells
    assert line[0] == "esketamine"
    assert line[2] == rows.value("observed", group="esketamine", term="relapse")
    assert line[3] == rows.value("expected", group="esketamine", term="relapse")


def test_fine_gray_is_shown_whole(shown):
    rows = shown["durability_adjusted"]
    assert kinds_of(rows) == [
        (FigureBlock, "forest"),
        (TableBlock, "coefficients"),
        (TableBlock, "tests"),
        (FigureBlock, "adjusted"),
        (TableBlock, "adjusted-table"),
    ]
    ratio = rows.one(
        "subdistribution_hazard_ratio", term="arm: esketamine vs racemic ketamine", level="arm"
    )
    words = said(rows)
    assert words.startswith(f"Subdistribution hazard ratios: {ratio.estimate:.2f} (95 % CI")
    assert "had the event; competing: " in words
    method = methods_of(rows)
    assert "finegray() with coxph" in method
    assert "crr" not in method
    assert "no ratio of rates among those still at risk" in method
    assert "log(−log) scale" in method


def test_cause_specific_models_have_a_table_for_each_cause(shown):
    rows = shown["relapse_by_cause"]
    tables = [block for block in blocks_of(rows) if block.name.endswith("coefficients")]
    notes = [block.table.footnotes[0] for block in tables]
    assert notes[0].startswith("Cause: relapse after the course (")
    assert notes[1].startswith("Cause: booster (")
    words = said(rows)
    assert words.startswith("Relapse after the course: hazard ratios: ")
    assert "Booster: hazard ratios: " in words
    assert "depends on the models of the other causes too" in methods_of(rows)


def test_states_by_hand_from_their_rows(shown):
    rows = shown["states"]
    words = said(rows)
    first = rows.one("occupancy", group="esketamine", term="symptomatic", day=168.0)
    n = rows.n("esketamine")
    assert words.startswith(
        f"On day 168, an estimated {100 * first.estimate:.1f} % of {n:.0f} subjects in the"
        " esketamine group were symptomatic, "
    )
    stay = rows.one("days_in_state", group="racemic ketamine", term="response", day=168.0)
    assert f"{stay.estimate:.1f} (95 % CI {stay.conf_low:.1f}–{stay.conf_high:.1f}) days" in words
    assert kinds_of(rows) == [
        (FigureBlock, "states"),
        (FigureBlock, "limits"),
        (TableBlock, "table"),
        (TableBlock, "moves"),
    ]


def test_moves_carry_their_markov_tests(shown):
    rows = shown["states"]
    moves = blocks_of(rows)[-1].table
    assert "Test of the Markov property" in moves.footnotes[0]
    line = next(r for r in moves.groups[0].rows if r.cells[:2] == ("Response", "Relapse"))
    assert line.cells[2] == rows.value("n_moves", group="esketamine", term="response → relapse")
    assert "Markov property" in methods_of(rows)


def test_figures_say_what_they_show(shown):
    for rows in shown.values():
        for block in blocks_of(rows):
            if isinstance(block, FigureBlock):
                assert "<svg" in block.svg
                assert block.caption.endswith(".")
                assert block.alt.endswith(".")
                assert any(group.rows for group in block.data.groups)


def test_states_have_a_section_of_their_own(study):
    titles = [section.title for section in compose(study).sections]
    assert "States over time" in titles
