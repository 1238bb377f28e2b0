"""Wrong arguments of the public functions: one error that says how to call."""

import pandas as pd
import pytest
from support.studies import tiny_cohort, tiny_plan

import afterglow as ag
from afterglow.errors import UsageError
from afterglow.study.load import PlanInput

DERIVE = "derive(cohort, given.plan, given.library)"
PATH = "path_table(cohort, derived, given.library)"


@pytest.fixture(scope="module")
def cohort():
    return tiny_cohort()


@pytest.fixture(scope="module")
def plan():
    return tiny_plan()


@pytest.fixture
def given(plan, tmp_path):
    return PlanInput(plan, "", tmp_path, library=None)


@pytest.mark.parametrize("path", ["title = 'x'\n", 3, None, pd.DataFrame()])
def test_a_plan_is_loaded_from_a_path(path):
    with pytest.raises(UsageError, match="needs the path of a plan file"):
        ag.load_plan(path)


def test_a_plan_that_was_loaded_is_no_path(given):
    with pytest.raises(UsageError, match="needs the path of a plan file"):
        ag.load_plan(given)


def test_a_cohort_is_loaded_of_what_load_plan_returned(plan):
    for wrong in ("mine.toml", plan, pd.DataFrame()):
        with pytest.raises(UsageError, match="given = load_plan"):
            ag.load_cohort(wrong)


def test_derive_says_what_it_was_given(cohort, plan, given):
    wrong = {
        "A cohort is needed, not text.": ("data/demo", plan),
        "A cohort is needed, not a DataFrame.": (cohort.subjects, plan),
        "A cohort is needed, not a Plan.": (plan, cohort),
        "A plan is needed, not text.": (cohort, "mine.toml"),
        "A plan is needed, not all that load_plan returned.": (cohort, given),
        "A library is needed, not text.": (cohort, plan, "MADRS"),
        "A library is needed, not all that load_plan returned.": (cohort, plan, given),
    }
    for said, arguments in wrong.items():
        with pytest.raises(UsageError) as caught:
            ag.derive(*arguments)
        first, *_, last = str(caught.value).splitlines()
        assert first == said
        assert last.lower().endswith(f"call {DERIVE}.")


def test_path_table_says_what_it_was_given(cohort, plan):
    derived = ag.derive(cohort, plan)
    for wrong in ((cohort, plan), (derived, cohort), (cohort.subjects, derived)):
        with pytest.raises(UsageError) as caught:
            ag.path_table(*wrong)
        assert str(caught.value).endswith(f"Then call {PATH}.")


def test_run_says_what_it_was_given(cohort, plan, given):
    for wrong in ((cohort, plan), (plan, "data/demo"), (given, cohort), (plan, cohort, "MADRS")):
        with pytest.raises(UsageError) as caught:
            ag.run(*wrong)
        assert str(caught.value).lower().endswith("call run(given.plan, cohort, given.library).")
