"""Cycles: four subjects by hand, the estimators' own numbers on the demo, small cycles."""

import pandas as pd
import pytest
from support.demo_setting import demo_setting
from support.four_cycles import four_setting
from support.studies import estimate, row

from afterglow.estimate.recurrent.gap_times import gap_survival
from afterglow.plan.cycle_analyses import CycleSummaryAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.cycle_rows import cycle_rows, gaps_of, until_first_end
from afterglow.study.results import results_from


def asked(**changes):
    given = {"endpoint": "booster", "smallest_group": 1, "at_days": (15.0, 27.0)}
    return CycleSummaryAnalysis(estimator="cycle_summary", **{**given, **changes})


def found(analysis, setting, **how):
    return results_from(cycle_rows("x", analysis, setting, **how))


def test_four_subjects_by_hand():
    results = found(asked(), four_setting())
    first = {"group": "cycle 1", "section": "analysis"}
    # Q after 15 days, P after 27; S switches after 29, R is watched for 53.
    assert estimate(results, "incidence", time_days=15.0, **first) == pytest.approx(1 / 4)
    assert estimate(results, "incidence", time_days=27.0, **first) == pytest.approx(1 / 2)
    assert estimate(results, "gap_quantile", level="0.25", group="cycle 1") == pytest.approx(21)
    assert estimate(results, "gap_quantile", level="0.5", group="cycle 1") == 27
    counts = {"n": 4, "n_cycles": 4, "n_gaps": 4, "n_events": 2, "n_censored": 1,
              "n_judged": 4, "n_maintained": 0, "n_responded": 4, "n_at_risk_of_relapse": 4,
              "n_relapsed": 3, "n_boosted_first": 1}  # fmt: skip
    for name, count in counts.items():
        assert estimate(results, name, group="cycle 1") == count, name
    second = {"n": 2, "n_gaps": 2, "n_events": 0, "n_censored": 2, "n_responded": 2}
    for name, count in second.items():
        assert estimate(results, name, group="cycle 2") == count, name
    # Of all gaps together those after the boosters are left out: they are cut off.
    days = {day: estimate(results, "gap_survival", time_days=day, section="analysis")
            for day in (15.0, 27.0)}  # fmt: skip
    assert days == {15.0: pytest.approx(3 / 4), 27.0: pytest.approx(1 / 2)}
    pooled = row(results, "pooled_gap_survival", time_days=15.0)
    assert pooled["estimate"] == pytest.approx(5 / 6)
    assert "over-represented" in pooled["warning"]


def test_late_cycles_are_pooled():
    results = found(asked(pooled_from=2), four_setting())
    labels = results.select(statistic_name="n_gaps")["group"].tolist()
    assert labels == ["cycle 1", "cycle 2 or more"]


def test_cycles_with_few_subjects_are_counted_only():
    results = found(asked(smallest_group=3), four_setting())
    small = row(results, "incidence", group="cycle 2")
    assert "fewer than 3 subjects" in small["warning"]
    assert "cycle 2" not in results.select(section="curve")["group"].tolist()
    assert estimate(results, "n_gaps", group="cycle 2") == 2
    few = found(asked(smallest_group=9), four_setting())
    assert "fewer than 9 subjects" in row(few, "gap_survival")["warning"]


def test_the_numbers_are_the_estimators_own():
    setting = demo_setting()
    analysis = asked(population="evaluable", smallest_group=5)
    results = found(analysis, setting)
    gaps = gaps_of(analysed("x", analysis, setting), analysis, setting)
    expected = gap_survival(gaps).at([15, 27])
    for _, theirs in expected.iterrows():
        ours = row(results, "gap_survival", time_days=theirs["time_days"], section="analysis")
        for column in ("estimate", "conf_low", "conf_high", "n", "n_events"):
            assert ours[column] == theirs[column]
    counts = results.select(section="analysis", statistic_name="n_events")
    assert counts["estimate"].sum() == gaps["event"].sum()
    assert counts["group"].tolist()[-1] == "cycle 4 or more"
    risk = results.select(section="risk_table", statistic_name="at_risk")
    assert risk["time_days"].max() <= 2 * 27
    boosted = results.select(section="risk_table", statistic_name="events")
    most = boosted.groupby("group")["estimate"].max()
    assert (most <= counts.set_index("group")["estimate"].reindex(most.index)).all()


def test_a_headline_has_no_curve():
    rows = found(asked(), four_setting(), headline=True)
    assert set(rows.table["section"]) == {"analysis"}


def test_gaps_after_another_end_are_left_out_and_counted():
    gaps = pd.DataFrame(
        {
            "subject_id": ["A", "A", "A", "B", "B"],
            "cycle": [3, 1, 2, 1, 2],
            "event": [True, True, False, True, False],
            "duration_days": [5.0, 7.0, 9.0, 4.0, 6.0],
        }
    )
    kept, after = until_first_end(gaps)
    assert after == 1
    assert kept["duration_days"].tolist() == [7.0, 9.0, 4.0, 6.0]
    assert gap_survival(kept).at([5.0])["n"].iloc[0] == 2
