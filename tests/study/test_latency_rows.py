"""The wait for a booster: four subjects by hand, the estimator's own numbers on the demo, edges."""

from dataclasses import replace

import numpy as np
import pytest
from support.demo_setting import demo_setting
from support.four_cycles import four_setting
from support.studies import estimate, row

from afterglow.errors import UsageError
from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.plan.cycle_analyses import BoosterLatencyAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.latency_rows import latency_rows
from afterglow.study.results import results_from
from afterglow.study.run import prepare
from afterglow.study.wait_table import wait_table
from afterglow.study.waits import waits_of


def asked(**changes):
    given = {"endpoint": "wait", "smallest_group": 1, "within_days": (7.0, 14.0, 21.0)}
    return BoosterLatencyAnalysis(estimator="booster_latency", **{**given, **changes})


def on_demo(**changes):
    given = {"endpoint": "relapse_to_booster", "population": "evaluable"}
    return BoosterLatencyAnalysis(estimator="booster_latency", **{**given, **changes})


def found(analysis, setting):
    return results_from(latency_rows("x", analysis, setting))


def incidence(results, day, term="wait", **where):
    return estimate(results, "incidence", time_days=day, term=term, section="analysis", **where)


def test_four_subjects_by_hand():
    results = found(asked(), four_setting())
    # At risk once confirmed: P from day 7, R from 10, S from 6 after the relapse. P is given a
    # booster on day 14, S switches on 16, R regains the response on 20.
    assert incidence(results, 7.0) == 0
    assert incidence(results, 14.0) == pytest.approx(1 / 3)
    assert incidence(results, 21.0, "switch") == pytest.approx(1 / 3)
    assert incidence(results, 21.0, "response_regained") == pytest.approx(1 / 3)
    assert incidence(results, 14.0, "triggered_booster") == pytest.approx(1 / 3)
    assert estimate(results, "event_free", time_days=21.0, section="analysis") == pytest.approx(0)
    at_risk = [estimate(results, "at_risk", time_days=day, section="analysis") for day in (7, 14)]
    assert at_risk == [1, 3]
    for name, count in {"n": 3, "n_relapses": 3, "n_events": 1, "n_censored": 0,
                        "n_boosted_while_pending": 1, "n_not_watched": 0}.items():  # fmt: skip
        assert estimate(results, name, level="") == count
    assert estimate(results, "n_boosted_while_pending", level="first cycle") == 1
    assert estimate(results, "n_boosters", level="triggered_booster") == 1
    assert estimate(results, "wait_of_boosted", level="0.5") == 14
    assert estimate(results, "wait_while_pending", level="0.5") == 2
    assert estimate(results, "wait_quantile", level="0.25") == 14
    assert "not reached" in row(results, "wait_quantile", level="0.5")["warning"]


def test_the_clock_may_start_when_the_relapse_is_confirmed():
    results = found(asked(clock="confirmed"), four_setting())
    assert incidence(results, 7.0) == pytest.approx(1 / 3)
    assert estimate(results, "at_risk", time_days=7.0, section="analysis") == 3
    assert estimate(results, "wait_of_boosted", level="0.5") == 7
    assert estimate(results, "wait_while_pending", level="0.5") == 2


def test_a_session_may_confirm_the_relapse_that_it_answers():
    setting = four_setting()
    relapse = setting.plan.endpoint["relapse"]
    takes = relapse.model_copy(update={"session_while_pending": "relapse"})
    endpoint = {**setting.plan.endpoint, "relapse": takes}
    plan = setting.plan.model_copy(update={"endpoint": endpoint})
    other = prepare(plan, setting.cohort, setting.library)[0]
    results = found(asked(), other)
    # Q is in relapse from day 20 and has the booster on day 22; nothing is hidden any more.
    assert estimate(results, "n_relapses") == 4
    assert estimate(results, "n_boosted_while_pending", level="") == 0
    assert estimate(results, "n_boosted_while_pending", level="first cycle") == 0
    assert incidence(results, 7.0) == 1
    assert estimate(results, "n_boosters", level="booster_of_unknown_kind") == 1


def test_few_at_risk_are_said():
    results = found(asked(smallest_group=3), four_setting())
    early = row(results, "incidence", time_days=7.0, term="wait", section="analysis")
    assert "fewer than half were at risk" in early["warning"]
    late = row(results, "incidence", time_days=14.0, term="wait", section="analysis")
    assert late["warning"] == ""
    few = found(asked(smallest_group=4), four_setting())
    assert "fewer than 4 subjects" in row(few, "incidence")["warning"]
    assert estimate(few, "n_relapses") == 3


def test_groups_that_are_too_small_are_counted_only():
    results = found(asked(by="arm", smallest_group=2), four_setting())
    small = row(results, "incidence", group="a")
    assert np.isnan(small["estimate"])
    assert estimate(results, "n_boosted_while_pending", group="a", level="") == 1
    nobody = row(results, "incidence", group="b", term="wait", time_days=14.0, section="analysis")
    assert "nobody was given a booster" in nobody["warning"]
    overall = row(results, "wait_while_pending", group="", level="0.5")
    assert (overall["estimate"], overall["n"]) == (2, 1)


def test_the_numbers_are_the_estimators_own():
    setting = demo_setting()
    analysis = on_demo(by="arm", reference="racemic ketamine")
    results = found(analysis, setting)
    waits = waits_of(analysed("x", analysis, setting), analysis, setting).rows
    entry = np.where(waits["entry_days"] > 0, waits["entry_days"], -np.inf)
    rows = waits.assign(entry=entry)
    curves = aalen_johansen(rows, entry="entry", by="group", cluster="subject_id")
    expected = curves.at([7, 14, 28])
    mine = expected[expected["term"] == "relapse_to_booster"]
    for _, theirs in mine.iterrows():
        where = {"group": theirs["group"], "time_days": theirs["time_days"]}
        ours = row(results, "incidence", term="relapse_to_booster", section="analysis", **where)
        for column in ("estimate", "std_error", "conf_low", "conf_high"):
            assert ours[column] == theirs[column]
    difference = curves.difference(14, reference="racemic ketamine").tidy()
    own = difference[difference["cause"] == "relapse_to_booster"].iloc[0]
    ours = row(results, "difference", time_days=14.0)
    assert (ours["estimate"], ours["std_error"]) == (own["estimate"], own["std_error"])


def test_kinds_add_up_to_any_booster():
    results = found(on_demo(), demo_setting())
    for day in (7.0, 14.0, 28.0):
        at_day = results.select(section="analysis", statistic_name="incidence", time_days=day)
        shares = at_day.set_index("term")["estimate"]
        kinds = [term for term in shares.index if "_booster" in term or "booster_of" in term]
        kinds.remove("relapse_to_booster")
        assert len(kinds) >= 2
        assert shares[kinds].sum() == pytest.approx(shares["relapse_to_booster"])
        free = estimate(results, "event_free", time_days=day, section="analysis")
        assert shares.drop(kinds).sum() + free == pytest.approx(1)
    counts = results.select(section="analysis").groupby("statistic_name")["estimate"].sum()
    assert counts["n_boosters"] == counts["n_events"]
    ends = counts["n_competing"] + counts["n_events"] + counts["n_censored"]
    assert ends == counts["n_relapses"]


def test_the_first_relapse_of_each_subject():
    setting = demo_setting()
    every, first = found(on_demo(), setting), found(on_demo(relapses="first"), setting)
    assert estimate(first, "n") == estimate(every, "n") == estimate(first, "n_relapses")
    assert estimate(every, "n_relapses") > estimate(first, "n_relapses")


def test_everybody_is_analysed_or_set_aside():
    setting = demo_setting()
    analysis = on_demo()
    who = analysed("x", analysis, setting)
    assert len(who.rows) + len(who.set_aside) == setting.members["evaluable"].sum()
    rows = setting.derived.rows
    every = rows[rows["endpoint"] == "relapse_to_booster"]["subject_id"].unique()
    assert set(who.rows["subject_id"]) == set(every) & set(who.population["subject_id"])


def test_sites_with_few_relapses_have_no_curve():
    results = found(on_demo(by="site_id"), demo_setting())
    small = results.table[results.table["warning"].str.startswith("fewer than 5 subjects")]
    assert len(small)
    drawn = results.select(section="curve")["group"].unique()
    assert not set(small["group"]) & set(drawn)


def test_nobody_and_nobody_boosted():
    setting = four_setting()
    nobody = {**setting.members, "all": np.zeros(4, bool)}
    nothing = found(asked(), replace(setting, members=nobody))
    assert "nobody to analyse" in row(nothing, "incidence")["warning"]
    others = np.array([False, False, True, True])
    results = found(asked(), replace(setting, members={**setting.members, "all": others}))
    assert estimate(results, "n_events") == 0
    at_day = row(results, "incidence", term="wait", time_days=14.0, section="analysis")
    assert "nobody was given a booster" in at_day["warning"]
    assert results.select(statistic_name="wait_of_boosted").empty


def test_the_table_of_waits_is_ready_for_an_estimator():
    setting = four_setting()
    waits = wait_table(setting.cohort, setting.derived, "wait")
    assert waits["subject_id"].tolist() == ["P", "R", "S"]
    assert waits["kind"].tolist() == ["triggered", "", ""]
    assert waits["cause_by_kind"].tolist() == ["triggered_booster", "response_regained", "switch"]
    assert waits["risk_entry_days"].tolist() == [7, 10, 6]
    curves = aalen_johansen(
        waits, cause="cause_by_kind", entry="risk_entry_days", cluster="subject_id"
    )
    found = curves.at(14).set_index("term")["estimate"]
    assert found["triggered_booster"] == pytest.approx(1 / 3)
    with pytest.raises(UsageError, match="Choose one of: wait"):
        wait_table(setting.cohort, setting.derived, "booster")
