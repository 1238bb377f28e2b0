"""What a plan asks of a cohort that the cohort does not have."""

from dataclasses import replace

import pandas as pd
import pytest
from support.cohorts import cohort_of
from support.plan_text import CURVE, RELAPSE, RESPONSE, plan_of_text
from support.shared import shared_file
from support.shipped import SHIPPED, TRIALS

from afterglow.cohort.reading import read_cohort
from afterglow.instruments.registry import load_library
from afterglow.plan.checks import check_against_cohort
from afterglow.plan.reading import instruments_of, read_plan

SUBJECTS = pd.DataFrame(
    {
        "subject_id": ["A", "B"],
        "arm": pd.array(["drug", "placebo"], dtype="str"),
        "site": pd.array(["1", "1"], dtype="str"),
        "age": [44.0, 50.0],
        "inpatient": pd.array([True, None], dtype="boolean"),
        "randomised": [-1.0, 0.0],
    }
)


@pytest.fixture
def cohort():
    return cohort_of(
        subjects=SUBJECTS,
        scores=[("A", 0, "MADRS", 30, ""), ("A", 7, "MADRS", 10, ""), ("B", 0, "MADRS", 28, "")],
        sessions=[("A", 0, 1, "induction"), ("B", 0, 1, "induction")],
        events=[("A", 3, "hospitalisation"), ("A", -2, "randomisation")],
        follow_up=[("A", 28, "lost"), ("B", 28, "administrative")],
    )


def said(cohort, *parts):
    return [str(problem) for problem in check_against_cohort(plan_of_text(*parts), cohort)]


def population(filters: str) -> str:
    return f"[population.x]\nfilters = [{filters}]\n"


def test_nothing_is_said_of_a_plan_that_fits(cohort):
    assert not said(
        cohort,
        RESPONSE + 'origin = "event:randomisation"\nat_risk_from = "column:randomised"',
        RELAPSE + 'or_events = ["hospitalisation", "lost"]',
        CURVE + 'by = "arm"\nreference = "placebo"\nstrata = "site"\npopulation = "x"\n',
        population('{ column = "age", at_least = 18 }, { column = "inpatient", in = [true] }'),
        '[report]\nbaseline_columns = ["age"]\ntrajectories = ["madrs"]',
    )


def test_a_column_is_named_once_with_its_places(cohort):
    other = CURVE.replace("analysis.curve", "analysis.other") + 'cluster = "sight"\n'
    assert said(cohort, RESPONSE, CURVE + 'by = "sight"\n', other) == [
        "subjects.sight: is not a column (named by analysis.curve.by, analysis.other.cluster)."
        " Did you mean 'site'?"
    ]


@pytest.mark.parametrize(
    "named",
    [
        population('{ column = "x_ray", at_least = 1 }'),
        "[report]\narm = 'x_ray'",
        "[report]\nbaseline_columns = ['x_ray']",
        RESPONSE.replace("endpoint.response", "endpoint.other") + 'origin = "column:x_ray"',
    ],
)
def test_columns_are_looked_for_wherever_they_are_named(cohort, named):
    (words,) = said(cohort, RESPONSE, named)
    assert words.startswith("subjects.x_ray: is not a column (named by ")
    assert words.endswith("Columns: arm, site, age, inpatient, randomised.")


def test_an_arm_that_nobody_asked_for_may_be_absent(cohort):
    without = replace(cohort, subjects=SUBJECTS.drop(columns="arm"))
    assert not said(without, RESPONSE)


def test_days_are_not_read_from_words(cohort):
    assert said(cohort, RESPONSE + 'origin = "column:site"') == [
        "subjects.site: holds no numbers, and days are read from it (endpoint.response.origin)."
        " Give days since the first session."
    ]


def test_a_reference_that_is_no_group(cohort):
    assert said(cohort, RESPONSE, CURVE + 'by = "arm"\nreference = "Placebo"') == [
        "subjects.arm: 'Placebo', the reference of analysis.curve, is not among its 2 groups."
        " Write the group as the table has it."
    ]


def test_no_value_of_the_data_is_shown(cohort):
    words = " ".join(
        said(
            cohort,
            RESPONSE,
            CURVE + 'by = "arm"\nreference = "x"\n',
            population('{ column = "site", in = ["x"] }'),
        )
    )
    assert "drug" not in words
    assert "'1'" not in words


@pytest.mark.parametrize(
    ("column", "values"),
    [("arm", '["Drug", "x"]'), ("site", "[1]"), ("age", '["44"]'), ("inpatient", '["true", 1]')],
)
def test_filters_whose_values_cannot_occur(cohort, column, values):
    (words,) = said(cohort, RESPONSE, population(f'{{ column = "{column}", in = {values} }}'))
    assert words.startswith(
        f"subjects.{column}: holds none of the values that population.x.filters names: "
    )


def test_a_filter_that_compares_words(cohort):
    (words,) = said(cohort, RESPONSE, population('{ column = "arm", at_most = 3 }'))
    assert words == (
        "subjects.arm: holds no numbers, and population.x.filters compares it with at_least or"
        " at_most. Use in or not_in."
    )


def test_a_clock_that_never_starts(cohort):
    assert said(cohort, RESPONSE + 'origin = "event:randomization"') == [
        "events.event: no row is called 'randomization' (named by endpoint.response.origin)."
        " Did you mean 'randomisation'?"
    ]


def test_a_usual_clinical_event_may_be_rare_but_not_misspelt(cohort):
    relapse = RELAPSE + 'or_events = ["suicide_attempt", "hospitalization"]'
    assert said(cohort, RESPONSE, relapse) == [
        "events.event: no row is called 'hospitalization' (named by endpoint.relapse.or_events)."
        " Did you mean 'hospitalisation'?"
    ]


def test_clinical_events_without_a_table_of_events(cohort):
    without = replace(cohort, events=None)
    assert said(without, RESPONSE, RELAPSE + 'or_events = ["hospitalisation"]') == [
        "events: is not there, and endpoint.relapse.or_events names 'hospitalisation'."
        " Give the table of events, or leave the event out."
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[endpoint.next]\nkind = "booster"', "endpoint.next waits for a session"),
        (
            '[endpoint.wait]\nkind = "latency"\norigin = "endpoint:response"\ncompeting = []',
            "endpoint.wait waits for a session",
        ),
        (
            RELAPSE + 'origin = "course_end"',
            "endpoint.relapse.origin speaks of the end of the course",
        ),
        (
            RELAPSE + 'qualify = { endpoint = "response", window_days = [0, 7] }',
            "endpoint.relapse.qualify speaks of the end of the course",
        ),
        (
            RELAPSE.replace("relapse", "remission").replace("score_at_least", "score_at_most")
            + "until = { days = 3 }",
            "endpoint.remission.until speaks of the end of the course",
        ),
        (CURVE + "cycle = 2", "analysis.curve asks for cycle 2"),
    ],
)
def test_what_needs_sessions(cohort, text, why):
    assert not said(cohort, RESPONSE, text)
    assert said(replace(cohort, sessions=None), RESPONSE, text) == [
        f"sessions: is not there, and {why}. Give the table of sessions, or count from"
        " first_session."
    ]


def test_an_instrument_without_a_score(cohort):
    phq9 = RESPONSE.replace("endpoint.response", "endpoint.other").replace("MADRS", "phq-9")
    assert said(cohort, RESPONSE, phq9) == [
        "scores.instrument: there is no score of phq-9 (named by endpoint.other)."
        " Map the column that holds it, or leave it out."
    ]


def test_a_rater_who_rated_nothing(cohort):
    assert said(cohort, RESPONSE, '[instrument.MADRS]\nrater = "clinician"') == [
        "scores.rater: no score of MADRS has the rater 'clinician'. Correct instrument.MADRS.rater."
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_plans_fit_their_cohorts(path):
    plan = read_plan(path)
    library = instruments_of(plan, path.parent)
    cohort = read_cohort(plan.data, path.parent, instruments=library)
    assert check_against_cohort(plan, cohort, library) == []


@pytest.mark.parametrize("path", TRIALS, ids=lambda path: path.stem)
def test_plans_of_public_trials_fit_their_files(path):
    plan = read_plan(path)
    shared_file("data", plan.data.path.rpartition("/")[2])
    cohort = read_cohort(plan.data, path.parent)
    assert check_against_cohort(plan, cohort, load_library()) == []
    assert cohort.metadata.exempt
    assert cohort.metadata == plan.data.cohort
