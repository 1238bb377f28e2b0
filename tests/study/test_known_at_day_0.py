"""Columns of the subjects that tell what came later are found; those of day 0 are not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.demo_setting import demo_setting
from support.shared import shared_file

from afterglow.cohort.reading import read_cohort
from afterglow.errors import PlanError
from afterglow.plan.analyses import KaplanMeierAnalysis
from afterglow.plan.population import Filter, Population
from afterglow.plan.reading import read_plan
from afterglow.study.known_at_day_0 import check_known_at_day_0, coincides, later_facts
from afterglow.study.later_status import known
from afterglow.study.run import prepare


@pytest.fixture(scope="module")
def setting():
    return demo_setting()


def with_column(setting, column, analysis=None, **plan):
    subjects = setting.subjects.assign(later=column)
    analysis = analysis or KaplanMeierAnalysis(
        estimator="kaplan_meier", endpoint="durability", by="later"
    )
    changed = setting.plan.model_copy(update={"analysis": {"x": analysis}, **plan})
    return replace(setting, plan=changed, subjects=subjects)


def responders(setting):
    found = known("endpoint:response", setting)
    return pd.Series(np.where(np.isfinite(found.day), "responder", "non-responder"))


def test_responders_are_found_whatever_the_column_is_called(setting):
    with pytest.raises(PlanError) as error:
        check_known_at_day_0(with_column(setting, responders(setting)))
    said = str(error.value)
    assert "by = 'later' goes with 'endpoint:response' in nearly every subject" in said
    for words in ("immortal time", "landmark_days = 28", "known_at_day_0 = ['later']"):
        assert words in said
    assert "responder'" not in said.replace("'endpoint:response'", "")


def test_nearly_and_the_other_way_round_is_found_too(setting):
    column = responders(setting) == "non-responder"
    flipped = np.arange(len(column)) % 40 == 0
    with pytest.raises(PlanError, match="endpoint:response"):
        check_known_at_day_0(with_column(setting, column ^ flipped))
    half = np.arange(len(column)) % 8 == 0
    check_known_at_day_0(with_column(setting, column ^ half))


def test_boosted_sessions_and_the_length_of_follow_up_are_found(setting):
    subjects = setting.timelines.subjects
    for column, said in (
        ((subjects["n_blocks"] > 0).map({True: "yes", False: "no"}), "'event:booster'"),
        (subjects["n_sessions"], "the number of sessions"),
        (pd.Series(setting.end_day), "the length of follow-up"),
        (pd.Series(setting.lost), "loss to follow-up"),
    ):
        with pytest.raises(PlanError) as error:
            check_known_at_day_0(with_column(setting, column.reset_index(drop=True)))
        assert said in str(error.value)


def test_a_filter_is_refused_with_its_own_way_out(setting):
    population = {"p": Population(filters=(Filter(column="later", among=("responder",)),))}
    plain = KaplanMeierAnalysis(estimator="kaplan_meier", endpoint="durability")
    asked = with_column(setting, responders(setting), plain, population=population)
    with pytest.raises(PlanError) as error:
        check_known_at_day_0(asked)
    assert "qualify or at_risk_from" in str(error.value)


def test_the_plan_can_vouch_for_a_column(setting):
    baseline = setting.plan.baseline.model_copy(update={"known_at_day_0": ("later",)})
    check_known_at_day_0(with_column(setting, responders(setting), baseline=baseline))


def test_few_subjects_prove_nothing(setting):
    few = responders(setting).where(np.arange(len(setting.subjects)) < 19)
    check_known_at_day_0(with_column(setting, few))


def test_no_column_of_the_demo_is_suspected(setting):
    facts = later_facts(setting)
    for column in setting.subjects.columns.drop("subject_id"):
        assert coincides(setting.subjects[column], facts) is None, column


PLANS = sorted((Path(__file__).resolve().parents[1] / "plans").glob("*.toml"))


@pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])
def test_no_column_of_the_real_trials_is_suspected(path):
    plan = read_plan(path)
    shared_file("data")
    found = prepare(plan, read_cohort(plan.data, path.parent))[0]
    facts = later_facts(found)
    for column in found.subjects.columns.drop("subject_id"):
        assert coincides(found.subjects[column], facts) is None, column
