"""Single subjects are shown inside, and nowhere else."""

from support.demo_setting import read_demo

from afterglow.report.compose import compose
from afterglow.study.run import run


def titles(page):
    return [section.title for section in page.sections]


def test_single_subjects_are_in_internal_reports_only():
    plan, cohort = read_demo()
    study = run(plan.model_copy(update={"analysis": {}}), cohort, subject_level=True)
    assert "Single subjects" in titles(compose(study, internal=True))
    assert "Single subjects" not in titles(compose(study))


def test_the_finding_counts_the_lanes():
    plan, cohort = read_demo()
    study = run(plan.model_copy(update={"analysis": {}}), cohort, subject_level=True)
    page = compose(study, internal=True)
    block = next(s for s in page.sections if s.title == "Single subjects").blocks[1]
    found = study.swimmer
    boosted = found.marks.loc[found.marks["term"] == "booster", "lane"].nunique()
    assert f"{boosted} were given a booster" in block.alt
    assert not any(name in str(block.data) for name in cohort.subjects["subject_id"])
