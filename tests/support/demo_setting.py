"""The demo cohort, prepared once for tests of analyses that the demo plan does not have."""

from functools import cache
from pathlib import Path

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import read_plan
from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.study.run import prepare, run

MODELS_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "models.toml"
NAME = "asked"


@cache
def read_demo():
    """The plan of survival models and its cohort."""
    plan = read_plan(MODELS_PLAN)
    return plan, read_cohort(plan.data, MODELS_PLAN.parent)


@cache
def demo_setting():
    """The demo study with its endpoints derived."""
    return prepare(*read_demo())[0]


def shown(analysis) -> AnalysisRows:
    """The rows of one analysis of the demo cohort, as the report reads them."""
    return with_analyses({NAME: analysis})[0]


def with_analyses(analyses) -> tuple[AnalysisRows, ...]:
    """The rows of each analysis of a plan that has no others."""
    plan, cohort = read_demo()
    return all_analyses(run(plan.model_copy(update={"analysis": analyses}), cohort))
