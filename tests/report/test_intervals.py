"""Events between visits in the report: boxes beside visit dates, tests, ratios."""

import pytest
from support.demo_setting import NAME, shown

from afterglow.plan.clauses import Term
from afterglow.plan.interval_analyses import (
    IntervalRegressionAnalysis,
    IntervalTestAnalysis,
    TurnbullAnalysis,
)
from afterglow.report.blocks import FigureBlock
from afterglow.report.presentations import finding, presentation
from afterglow.tables.format import NBSP

LOOKED_THROUGH = dict.fromkeys(("booster", "switch", "ect"), "ignore") | dict.fromkeys(
    ("withdrawal", "death"), "censor"
)
BASE = {"endpoint": "response", "population": "evaluable", "strategy": LOOKED_THROUGH}
TERMS = (Term(column="arm", reference="racemic ketamine"), Term(column="age", per=10))
CURVE = {"estimator": "turnbull", **BASE, "by": "arm", "at_days": (7.0, 20.0), "resamples": 100}
ASKED = {
    "panel": TurnbullAnalysis(**CURVE),
    "boxes": TurnbullAnalysis(**{**CURVE, "by": None, "visit_dates": False}),
    "test": IntervalTestAnalysis(estimator="interval_test", **BASE, by="arm", trend=True),
    "late": IntervalTestAnalysis(
        estimator="interval_test", endpoint="relapse", population="evaluable", by="arm", naive=True
    ),
    "hazards": IntervalRegressionAnalysis(estimator="interval_regression", **BASE, terms=TERMS),
    "odds": IntervalRegressionAnalysis(
        estimator="interval_regression", **BASE, terms=TERMS, model="proportional-odds"
    ),
}
BLOCKS = {
    "panel": ["curve", "table"],
    "boxes": ["curve", "table"],
    "test": ["table"],
    "late": [],
    "hazards": ["forest", "coefficients", "tests"],
    "odds": ["forest", "coefficients", "tests"],
}


@pytest.fixture(scope="module")
def every():
    return {name: shown(analysis) for name, analysis in ASKED.items()}


def blocks_of(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def words_of(rows) -> str:
    return finding(rows).replace(NBSP, " ")


def table_of(rows, name: str = "table") -> str:
    found = next(block for block in blocks_of(rows) if block.name.endswith(name))
    lines = [" | ".join(map(str, line.cells)) for g in found.table.groups for line in g.rows]
    return "\n".join([*lines, *found.table.footnotes]).replace(NBSP, " ")


@pytest.mark.parametrize("name", ASKED)
def test_what_is_shown(every, name):
    blocks = blocks_of(every[name])
    assert [block.name.removeprefix(f"analysis-{NAME}-") for block in blocks] == BLOCKS[name]
    for block in blocks:
        if isinstance(block, FigureBlock):
            assert "<svg" in block.svg
            assert block.caption.endswith(".")
            assert block.alt.endswith(".")


@pytest.mark.parametrize("name", ASKED)
def test_findings_and_methods_are_sentences(every, name):
    assert words_of(every[name]).endswith(".")
    methods = list(presentation(every[name]).methods([every[name]]))
    assert methods
    assert all(paragraph.endswith(".") for paragraph in methods)


def test_the_finding_holds_both_dates(every):
    rows = every["panel"]
    words = words_of(rows)
    for group in ("esketamine", "racemic ketamine"):
        first = rows.value("quantile_from", group=group, level="0.5")
        last = rows.value("quantile_to", group=group, level="0.5")
        assert f"between day {first:g} and day {last:g} in the {group} group" in words
        assert f"{rows.value('median', group=group, term='visit date'):g} days" in words
    assert "Dated by the visits that showed it" in words
    assert "percentage points too high" in words
    assert "Dated by" not in words_of(every["boxes"])


def test_the_table_holds_all_three_and_how_late_they_are(every):
    text = table_of(every["panel"])
    for label in ("Interval estimate", "Kaplan–Meier by visit date", "Kaplan–Meier by midpoint",
                  "Median later by, days", "Curve too high by at most, percentage points"):  # fmt: skip
        assert label in text
    low = every["panel"].value("lowest_survival", group="esketamine", day=7.0)
    assert f"{100 * low:.1f} (" in text
    assert "by visit date" not in table_of(every["boxes"])


def test_a_figure_keeps_its_boxes_and_its_steps_as_data(every):
    panel, boxes = (blocks_of(every[name])[0] for name in ("panel", "boxes"))
    assert len(panel.data.groups[0].rows) == len(every["panel"].rows("support_mass", "curve"))
    assert len(panel.points.groups[0].rows) > 20
    assert boxes.points is None
    assert "three curves" in panel.caption
    assert "Shaded: bootstrap" in boxes.caption


def test_the_test_and_what_it_refuses(every):
    p = every["test"].one("interval_test").p_value
    assert f"p = {p:.2f}" in words_of(every["test"])
    assert "Trend over the groups" in table_of(every["test"])
    assert "delayed entry" in words_of(every["late"])


def test_ratios_say_what_they_are_ratios_of(every):
    assert words_of(every["hazards"]).startswith("Hazard ratios: ")
    assert "had the event" in words_of(every["hazards"])
    assert words_of(every["odds"]).startswith("Odds ratios: ")
    assert "Odds of being free" in table_of(every["odds"], "coefficients")
