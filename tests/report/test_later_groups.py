"""Groups formed after day 0 and target trials, as the report tells them."""

import pytest
from support.demo_setting import NAME, shown

from afterglow.plan.analyses import AalenJohansenAnalysis, KaplanMeierAnalysis
from afterglow.plan.clauses import Term
from afterglow.plan.cox_analyses import Changing, CoxAnalysis
from afterglow.plan.trial_analyses import TargetTrialAnalysis
from afterglow.report.analysis_section import analysis_section
from afterglow.report.blocks import FigureBlock
from afterglow.report.compose import compose
from afterglow.report.curve_rows import days_axis
from afterglow.report.html import render_page
from afterglow.report.presentations import finding, presentation
from afterglow.report.set_aside import reason_words
from afterglow.tables.format import NBSP

BASE = {"endpoint": "durability", "population": "evaluable"}
IGNORED = {"booster": "ignore", "switch": "ignore", "ect": "ignore", "withdrawal": "censor",
           "death": "censor"}  # fmt: skip
TRIAL = TargetTrialAnalysis(
    estimator="target_trial", label="Strategies", endpoint="relapse", population="evaluable",
    horizon_days=56, grace_days=7, at_days=(28, 56), relapse_days=True, resamples=20,
    strategies=[{"name": "none", "never": True}, {"name": "on relapse", "when": "relapse"},
                {"name": "monthly", "every_days": 28}],
    strategy={"switch": "censor", "ect": "censor", "withdrawal": "censor", "death": "censor"},
    terms=(Term(column="site_id"),), rhythm_by="site_id",
)  # fmt: skip


def paragraphs(rows) -> str:
    first = analysis_section(rows).blocks[0]
    return " ".join(part for part in first.paragraphs if isinstance(part, str))


@pytest.fixture(scope="module")
def landmark():
    return shown(
        KaplanMeierAnalysis(
            estimator="kaplan_meier", **BASE, by="endpoint:remission", landmark_days=14,
            at_days=(28,),
        )
    )  # fmt: skip


def test_a_landmark_says_when_it_is_and_whom_it_leaves_out(landmark):
    said = paragraphs(landmark)
    assert f"At day{NBSP}28 after the landmark, an estimated" in said
    assert "in the no remission group" in said
    assert f"at the landmark (day{NBSP}14 after the end of the course)" in said
    gone = sum(n for reason, n in landmark.set_aside() if reason.endswith("by the landmark"))
    assert gone > 0
    assert f"{gone:.0f}{NBSP}subjects whose event" in said
    assert days_axis(landmark) == "Days since the landmark"


def test_reasons_at_the_landmark_are_told_in_words(landmark):
    plan, endpoint = landmark.study.plan, landmark.endpoint
    said = reason_words("durability by the landmark", endpoint, plan)
    assert said.startswith("“")
    assert said.endswith("” by the landmark")
    assert reason_words("ect by the landmark", endpoint, plan) == "ECT by the landmark"
    words = "follow-up ended by the landmark"
    assert reason_words(words, endpoint, plan) == words


def test_immortal_days_are_stated_for_a_status_that_changes():
    rows = shown(
        CoxAnalysis(
            estimator="cox", endpoint="relapse", population="evaluable", strategy=IGNORED,
            terms=(Term(column="age", per=10),), changing=(Changing(column="event:booster"),),
        )
    )  # fmt: skip
    row = rows.rows("immortal_person_days").iloc[0]
    said = paragraphs(rows)
    assert "counts as “booster” from the day on which this is known" in said
    assert f"{row['n']:.0f}{NBSP}subjects reached “booster”" in said
    assert f"{row['estimate']:,.0f}{NBSP}person-days" in said
    assert "booster, known so far" in finding(rows)
    page = render_page(compose(rows.study))
    assert "Mantel and Byar 1974" in page


def test_competing_causes_compete_after_the_landmark_too():
    rows = shown(
        AalenJohansenAnalysis(
            estimator="aalen_johansen", endpoint="relapse", population="evaluable",
            by="sessions_so_far", landmark_days=7, at_days=(28,),
        )
    )  # fmt: skip
    assert "Sessions so far" in render_page(compose(rows.study))
    assert all(group.isdigit() for group in rows.groups)


@pytest.fixture(scope="module")
def trial():
    return shown(TRIAL)


def test_the_trial_is_told_in_sentences(trial):
    said = finding(trial)
    n = f"{trial.n(''):.0f}{NBSP}subjects"
    assert f"Had all {n} kept to one strategy" in said
    for name in ("none", "on relapse", "monthly"):
        assert f"under “{name}”" in said
    assert "Mean days in relapse within" in said
    assert "more under" in said
    assert "fewer under" in said


def test_its_sheet_is_filled_from_the_plan(trial):
    sheet, survival, relapse, *tables = presentation(trial).blocks(trial)
    lines = {row.cells[0]: row.cells[1:] for row in sheet.table.groups[0].rows}
    assert list(lines) == [
        "Eligibility", "Strategies", "Assignment", "Time zero", "Outcome", "Follow-up", "Contrast",
        "Assumptions", "Analysis",
    ]  # fmt: skip
    assert f"a booster 28{NBSP}days after the session before" in lines["Strategies"][0]
    assert f"within 7{NBSP}days" in lines["Strategies"][0]
    assert lines["Time zero"][0].startswith("The end of the course")
    assert (
        "site and how usual a booster is on such a day (within each site)"
        in (lines["Assumptions"][1])
    )
    assert "20 resamples" in lines["Analysis"][1]
    assert isinstance(survival, FigureBlock)
    assert isinstance(relapse, FigureBlock)
    assert [block.name.rpartition(f"{NAME}-")[2] for block in tables] == [
        "table", "followed", "weights", "model",
    ]  # fmt: skip
    assert "Hernán and Robins 2016" in render_page(compose(trial.study))


def test_the_table_shows_the_numbers_of_the_results(trial):
    table = presentation(trial).blocks(trial)[3].table
    first = table.groups[0].rows[0]
    shown_values = [dict(cell.values)["estimate"] for cell in first.cells[1:]]
    names = [column.header for column in table.columns[1:]]
    assert shown_values == [
        trial.value("survival", group=name, day=28.0) for name in names
    ]  # fmt: skip
