"""Incidences and durations that visits show too late, and what visits do, in the report."""

import numpy as np
import pytest
from support.command import ROOT

from afterglow.cohort.reading import read_cohort
from afterglow.estimate.interval.doubly_censored import doubly_censored
from afterglow.names import CAUSE, GROUP
from afterglow.plan.reading import read_plan
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.parts.sensitivity import section
from afterglow.report.presentations import finding, presentation
from afterglow.report.visit_blocks import visit_blocks
from afterglow.study.analysed import analysed
from afterglow.study.interval_rows import between_visits
from afterglow.study.run import prepare, run
from afterglow.tables.format import NBSP

PLAN = ROOT / "analysis" / "plans" / "boosters.toml"
NAMES = ("relapse", "relapse_between_visits", "response_lasts")
CHANGES = {"relapse_between_visits": {"resamples": 8}, "response_lasts": {"imputations": 3}}


def small():
    """The plan of boosters with the analyses between visits only, and its cohort."""
    plan = read_plan(PLAN)
    analyses = {
        name: plan.analysis[name].model_copy(update=CHANGES.get(name, {})) for name in NAMES
    }
    return plan.model_copy(update={"analysis": analyses}), read_cohort(plan.data, PLAN.parent)


@pytest.fixture(scope="module")
def study():
    return run(*small())


@pytest.fixture(scope="module")
def every(study):
    return {rows.name: rows for rows in all_analyses(study)}


def blocks_of(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def words_of(rows) -> str:
    return finding(rows).replace(NBSP, " ")


def text_of(block: TableBlock) -> str:
    lines = [" | ".join(map(str, line.cells)) for g in block.table.groups for line in g.rows]
    return "\n".join([*lines, *block.table.footnotes]).replace(NBSP, " ")


@pytest.mark.parametrize("name", NAMES[1:])
def test_each_has_a_figure_a_table_a_sentence_and_a_method(every, name):
    rows = every[name]
    figure, table = blocks_of(rows)
    assert isinstance(figure, FigureBlock)
    assert "<svg" in figure.svg
    assert figure.alt not in finding(rows)
    assert finding(rows) not in figure.alt
    assert figure.data.groups[0].rows
    assert isinstance(table, TableBlock)
    assert words_of(rows).endswith(".")
    methods = list(presentation(rows).methods([rows]))
    assert methods
    assert all(paragraph.endswith(".") for paragraph in methods)


def test_the_finding_of_an_incidence_holds_its_range_its_dated_value_and_its_bound(every):
    rows = every["relapse_between_visits"]
    words = words_of(rows)
    low = rows.value("lowest_incidence", term="relapse", day=56.0)
    high = rows.value("highest_incidence", term="relapse", day=56.0)
    assert f"{100 * low:.1f} to {100 * high:.1f} % (95 % CI " in words
    dated = rows.value("incidence", term="relapse", level="visit date", day=56.0)
    assert f"Dated by the visits that showed it: {100 * dated:.1f} %." in words
    bound = rows.value("highest_incidence", term="relapse", level="all hidden", day=56.0)
    assert f"{rows.value('n_hidden'):.0f} subjects had another event after a gap" in words
    assert f"up to {100 * bound:.1f} %" in words
    text = text_of(blocks_of(rows)[1])
    for label in ("on visit dates (Aalen–Johansen)", "if all had it in the gap", "Booster",
                  "None of these", "With another event after a gap without a visit"):  # fmt: skip
        assert label in text


def test_the_finding_of_a_duration_holds_its_range_and_that_of_all_rules(every):
    rows = every["response_lasts"]
    low = rows.value("lowest_incidence", term="response_to_relapse", day=56.0)
    assert f"{100 * low:.1f}" in words_of(rows)
    assert "Over all rules for where a beginning lies it is" in words_of(rows)
    text = text_of(blocks_of(rows)[1])
    for label in ("as the estimate of all beginnings (plan)", "in the middle of its interval",
                  "Variance between imputations", "From visit to visit", "Mean width"):  # fmt: skip
        assert label in text


def test_durations_are_the_estimators_own(every):
    plan, cohort = small()
    setting = prepare(plan, cohort)[0]
    analysis = plan.analysis["response_lasts"]
    rows = between_visits(analysed("response_lasts", analysis, setting).rows)
    own = doubly_censored(
        rows, at=[28, 56], cause=CAUSE, endpoint="response_to_relapse", m=3, by=GROUP,
        seed=plan.seed,
    )  # fmt: skip
    shown = every["response_lasts"]
    for mine in own.tidy().query("term != 'median'").itertuples():
        where = {"term": "response_to_relapse", "day": mine.time_days}
        low = shown.one("lowest_incidence", **where)
        assert (low.estimate, low.conf_low) == (mine.lowest, mine.conf_low)
        assert shown.value("between_variance", **where) == mine.between_variance
    assert shown.value("share_seen") == own.groups[0].share_seen
    median = own.tidy().query("term == 'median'").iloc[0]
    found = shown.value("quantile_to", term="response_to_relapse", level="0.5")
    assert found == median["upper_days"] or np.isnan(median["upper_days"])


def test_the_primary_curve_is_followed_by_what_visits_do_to_it(study, every):
    prose, table = visit_blocks(every["relapse"])
    words = prose.paragraphs[0].replace(NBSP, " ")
    for part in ("days too late", "With the days between visits left open", "instead of",
                 "were taken at unscheduled visits", "were first seen at one",
                 "scheduled visits alone would give", "every second visit alone would give"):  # fmt: skip
        assert part in words
    text = text_of(table)
    for label in ("All visits", "Scheduled visits only", "Every second visit only",
                  "Events dated too late by, days", "Too low on day 56, points"):  # fmt: skip
        assert label in text
    names = [block.name for block in section(study).blocks if isinstance(block, TableBlock)]
    assert "visits-analysis-relapse-table" in names
    assert visit_blocks(every["relapse_between_visits"]) == ()
