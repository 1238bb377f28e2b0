"""Rows of incidences and durations between visits: the estimators' own numbers."""

import numpy as np
import pytest
from support.demo_setting import NAME, demo_setting
from support.studies import row

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.interval.incidence import interval_incidence
from afterglow.names import GROUP
from afterglow.plan.analyses import AalenJohansenAnalysis
from afterglow.plan.interval_analyses import DoublyCensoredAnalysis, IntervalIncidenceAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.curves import with_entry
from afterglow.study.doubly_rows import KNOWN, LATE, doubly_rows
from afterglow.study.incidence import incidence_rows
from afterglow.study.interval_incidence_rows import interval_incidence_rows
from afterglow.study.interval_rows import between_visits
from afterglow.study.results import results_from

GROUPS = ("esketamine", "racemic ketamine")
FEW = 10
LIMITS = ("estimate", "conf_low", "conf_high")
BASE = {"population": "evaluable", "by": "arm"}


def incidence_asked(**more):
    words = {"estimator": "interval_incidence", "endpoint": "relapse", "at_days": (28.0, 56.0),
             "quantiles": (0.1,)}  # fmt: skip
    asked = IntervalIncidenceAnalysis(**{**BASE, **words, **more})
    return asked.model_copy(update={"resamples": FEW})


def duration_asked(**more):
    words = {"estimator": "doubly_censored", "endpoint": "anxiety_response", "at_days": (28.0,),
             "imputations": 2, "resamples": 10}  # fmt: skip
    return DoublyCensoredAnalysis(**{**BASE, **words, **more})


@pytest.fixture(scope="module")
def incidences():
    return results_from(interval_incidence_rows(NAME, incidence_asked(), demo_setting()))


def material():
    found = analysed(NAME, incidence_asked(), demo_setting())
    return with_entry(between_visits(found.rows))


def test_incidences_are_the_estimators_own(incidences):
    rows, entry = material()
    options = {"by": GROUP, "entry": entry, "late_entry": "level-hazard"}
    seed = demo_setting().plan.seed
    own = interval_incidence(rows, **options, n_resamples=FEW, seed=seed)
    for mine in own.at([28, 56]).itertuples():
        term = "event_free" if mine.term == "event-free" else mine.term
        where = {"group": mine.group, "time_days": mine.time_days, "term": term, "level": ""}
        low = row(incidences, "lowest_incidence", section="analysis", **where)
        assert (low["estimate"], low["conf_low"]) == (mine.lowest, mine.conf_low)
        high = row(incidences, "highest_incidence", section="analysis", **where)
        assert high["estimate"] == mine.highest
        assert high["warning"] == ""
    for mine in own.quantile(0.1).query("cause == 'relapse'").itertuples():
        found = row(incidences, "quantile_to", group=mine.group, level="0.1")["estimate"]
        assert found == mine.upper_days or np.isnan(found)
    for curve in own.curves:
        assert (
            row(incidences, "share_seen", group=curve.label)["estimate"] == curve.boxes.share_seen
        )
        assert 0.8 < curve.boxes.share_seen < 1.0


def test_the_bound_and_the_visit_dates_stand_beside_it(incidences):
    rows, entry = material()
    every = interval_incidence(
        rows, by=GROUP, entry=entry, late_entry="level-hazard", hidden="all"
    ).at(56)
    dated = aalen_johansen(rows, by=GROUP, entry=entry).at(56)
    for group in GROUPS:
        where = {"group": group, "term": "relapse", "time_days": 56.0}
        bound = row(incidences, "highest_incidence", level="all hidden", **where)["estimate"]
        own = every[(every["group"] == group) & (every["term"] == "relapse")]
        assert bound == own["highest"].iloc[0]
        seen = row(incidences, "highest_incidence", section="analysis", level="", **where)
        assert bound > seen["estimate"]
        late = row(incidences, "incidence", section="analysis", level="visit date", **where)
        mine = dated[(dated["group"] == group) & (dated["term"] == "relapse")]
        assert late["estimate"] == mine["estimate"].iloc[0]
        unseen = (
            (rows["cause"] != "") & ~rows["event"] & (rows["lower_days"] < rows["duration_days"])
        )
        count = float((unseen & (rows[GROUP] == group)).sum())
        assert row(incidences, "n_hidden", group=group)["estimate"] == count


def test_a_cluster_is_one_for_the_curve_by_visit_dates_too():
    asked = incidence_asked(by=None, cluster="site_id", hidden_bound=False, quantiles=())
    found = results_from(interval_incidence_rows(NAME, asked, demo_setting()))
    other = AalenJohansenAnalysis(
        estimator="aalen_johansen", endpoint="relapse", population="evaluable", at_days=(56.0,),
        cluster="site_id",
    )  # fmt: skip
    alone = results_from(incidence_rows(NAME, other, demo_setting()))
    where = {"section": "analysis", "term": "relapse", "time_days": 56.0}
    mine = row(found, "incidence", level="visit date", **where)
    own = row(alone, "incidence", **where)
    assert [mine[name] for name in LIMITS] == [own[name] for name in LIMITS]


def test_curves_rise_and_bounds_keep_their_order(incidences):
    for group in GROUPS:
        steps = [
            incidences.select(section="curve", statistic_name=name, group=group, term="relapse")
            for name in ("lowest_incidence", "highest_incidence")
        ]
        low, high = (step["estimate"].to_numpy() for step in steps)
        assert (np.diff(low) >= -1e-12).all()
        assert (low <= high + 1e-12).all()


def test_what_is_not_asked_for_is_not_there():
    asked = incidence_asked(hidden_bound=False, visit_dates=False, by=None, quantiles=())
    found = results_from(interval_incidence_rows(NAME, asked, demo_setting()))
    assert set(found.table["level"]) <= {"", "booster", "switch", "withdrawal", "ect", "death"}
    head = results_from(interval_incidence_rows(NAME, asked, demo_setting(), headline=True))
    assert set(head.table["section"]) == {"analysis"}
    assert head.select(statistic_name="lowest_incidence")["conf_low"].isna().all()


def test_durations_of_a_known_beginning_or_a_late_entry_are_refused_in_words():
    for endpoint, words in (("anxiety_response", KNOWN), ("relapse", LATE)):
        asked = duration_asked(endpoint=endpoint)
        found = results_from(doubly_rows(NAME, asked, demo_setting()))
        refused = found.table[found.table["warning"] != ""]
        assert refused["warning"].tolist() == [words]
        assert refused["estimate"].isna().all()
