"""A whole run on eight subjects, every number worked by hand."""

import pytest
from support.studies import estimate, row, tiny_cohort, tiny_plan

from afterglow.names import ARM
from afterglow.study.results import COLUMNS, SECTIONS
from afterglow.study.run import run

RATES = """
[analysis.response]
estimator = "proportion"
endpoint = "response"
by = "arm"
at_days = [8, 22]
window_days = 1
missing = ["observed", "non-responder", "last-observation", "best-case", "worst-case"]

[analysis.ever]
estimator = "proportion"
endpoint = "response"

[analysis.composite]
estimator = "kaplan_meier"
endpoint = "relapse"
strategy = { booster = "event" }
at_days = [14, 28]
"""


@pytest.fixture(scope="module")
def results():
    return run(tiny_plan(RATES), tiny_cohort()).results


@pytest.fixture(scope="module")
def plain():
    """Without arm, sessions and events."""
    cohort = tiny_cohort(sessions=None, events=None)
    subjects = cohort.subjects.drop(columns=ARM)
    cohort = tiny_cohort(subjects=subjects, sessions=None, events=None)
    return run(tiny_plan(), cohort).results


class TestRates:
    @pytest.mark.parametrize(
        ("group", "rule", "x", "n"),
        [
            ("a", "observed", 2, 4),
            ("b", "observed", 2, 3),
            ("a", "non-responder", 2, 4),
            ("b", "last-observation", 2, 3),
        ],
    )
    def test_everybody_has_a_score_on_day_8(self, results, group, rule, x, n):
        found = row(results, "rate", analysis="response", time_days=8, group=group, term=rule)
        assert (found["n_events"], found["n"]) == (x, n)
        assert found["estimate"] == x / n
        assert found["conf_low"] < x / n < found["conf_high"]

    # On day 22 A4 was lost on day 20 (due, not observed), B1's follow-up ended on day 15 for an
    # administrative reason (not due), B2 and B3 have no score in 21-23.
    @pytest.mark.parametrize(
        ("group", "rule", "x", "n"),
        [
            ("a", "observed", 1, 3),
            ("a", "non-responder", 1, 4),
            ("a", "last-observation", 1, 4),
            ("a", "best-case", 2, 4),
            ("a", "worst-case", 1, 4),
            ("b", "non-responder", 0, 2),
            ("b", "last-observation", 1, 2),
            ("b", "best-case", 2, 2),
            ("b", "worst-case", 0, 2),
        ],
    )
    def test_each_rule_fills_in_day_22(self, results, group, rule, x, n):
        found = row(results, "rate", analysis="response", time_days=22, group=group, term=rule)
        assert (found["n_events"], found["n"]) == (x, n)

    def test_nobody_observed_is_said(self, results):
        found = row(results, "rate", analysis="response", time_days=22, group="b", term="observed")
        assert found["estimate"] != found["estimate"]
        assert found["warning"]

    @pytest.mark.parametrize(
        ("name", "a", "b"),
        [("n_treated", 5, 3), ("n_with_baseline", 4, 3), ("n_due", 4, 2), ("n_observed", 3, 0)],
    )
    def test_denominators(self, results, name, a, b):
        same = {"analysis": "response", "time_days": 22}
        assert estimate(results, name, group="a", **same) == a
        assert estimate(results, name, group="b", **same) == b

    def test_contrasts(self, results):
        same = {"analysis": "response", "time_days": 22, "group": "b vs a"}
        assert estimate(results, "difference", term="non-responder", **same) == -0.25
        assert estimate(results, "ratio", term="last-observation", **same) == 2.0
        # best case of b: both its missing responded, and a's one missing did not
        assert estimate(results, "difference", term="best-case", **same) == 1.0 - 0.25
        assert estimate(results, "difference", term="worst-case", **same) == 0.0 - 0.5

    def test_last_observation_is_marked(self, results):
        rows = results.select(section="analysis", term="last-observation")
        assert rows["warning"].str.contains("comparison only").all()

    def test_reached_at_any_time(self, results):
        found = row(results, "rate", analysis="ever", term="reached")
        assert (found["n_events"], found["n"]) == (5, 7)
        assert estimate(results, "n_treated", analysis="ever") == 8


class TestRelapse:
    """Rows: A1 relapse at 7, A2 booster at 16, A3 and B1 censored at 7, B2 at 0."""

    def test_incidence(self, results):
        same = {"section": "analysis", "analysis": "relapse"}
        for day, relapse, booster in ((14, 0.25, 0.0), (28, 0.25, 0.75)):
            at = {**same, "time_days": day}
            assert estimate(results, "incidence", term="relapse", **at) == relapse
            assert estimate(results, "incidence", term="booster", **at) == booster
            assert estimate(results, "naive_incidence", **at) == 0.25
            assert estimate(results, "event_free", **at) == 1.0 - relapse - booster

    def test_naive_curve_is_labelled(self, results):
        rows = results.select(statistic_name="naive_incidence")
        assert set(rows["section"]) == {"analysis", "curve"}
        assert rows["warning"].str.startswith("naive").all()
        assert rows["method"].str.startswith("naive 1 −").all()

    def test_counts(self, results):
        same = {"section": "analysis", "analysis": "relapse"}
        found = [
            estimate(results, name, **same)
            for name in ("n", "n_events", "n_competing", "n_censored", "follow_up_median")
        ]
        assert found == [5, 1, 1, 3, 7]

    def test_composite(self, results):
        same = {"section": "analysis", "analysis": "composite"}
        assert estimate(results, "survival", time_days=14, **same) == 0.75
        assert estimate(results, "survival", time_days=28, **same) == 0.0
        assert estimate(results, "median", **same) == 16
        assert set(results.select(**same)["strategy"]) == {"booster = event"}

    def test_curve_has_its_counts(self, results):
        wide = results.beside(
            "survival", "at_risk", "events", "censored", section="curve", analysis="composite"
        )
        assert wide["time_days"].tolist() == [0, 7, 16]
        assert wide["at_risk"].tolist() == [5, 4, 1]
        assert wide["events"].tolist() == [0, 1, 1]
        assert wide["censored"].tolist() == [1, 2, 0]
        assert wide["survival"].tolist() == [1.0, 0.75, 0.0]

    def test_risk_table_counts_up_to_each_tick(self, results):
        same = {"section": "risk_table", "analysis": "relapse"}
        wide = results.beside("at_risk", "events", "competing", "censored", **same)
        assert wide["time_days"].iloc[0] == 0
        assert wide["time_days"].iloc[-1] <= 16
        assert wide.loc[0, ["at_risk", "events", "competing", "censored"]].tolist() == [5, 0, 0, 1]
        later = wide.set_index("time_days").loc[14, ["at_risk", "events", "competing", "censored"]]
        assert later.tolist() == [1, 1, 0, 3]

    def test_endings(self, results):
        rows = results.select(section="endings", analysis="relapse")
        found = dict(zip(rows["level"], rows["estimate"], strict=True))
        ends = {"score": 1, "booster": 1, "unconfirmed": 1, "last visit": 1, "no later visit": 1}
        assert found == ends

    def test_flow(self, results):
        rows = results.select(section="flow", analysis="relapse", group="")
        boxes = rows[["statistic_name", "term", "level", "estimate"]].to_numpy().tolist()
        assert boxes == [
            ["n_remaining", "population", "", 8],
            ["n_set_aside", "", "response not reached", 2],
            ["n_set_aside", "", "no baseline", 1],
            ["n_remaining", "analysed", "", 5],
        ]


class TestCompanions:
    @pytest.mark.parametrize(
        ("rule", "level", "day_14", "n_events"),
        [
            ("unconfirmed", "censor", 0.25, 1),
            ("unconfirmed", "censor-at-visit", 0.25, 1),
            ("unconfirmed", "event", 0.625, 2),
            ("session_while_pending", "booster", 0.25, 1),
            ("session_while_pending", "relapse", 1.0, 2),
            ("session_while_pending", "look-through", 1.0, 2),
            ("max_gap_days", "7", 0.25, 1),
            ("max_gap_days", "10", 0.25, 1),
            ("max_gap_days", "14", 0.25, 1),
            ("max_gap_days", "21", 1.0, 2),  # the session at day 24 is then the course's
        ],
    )
    def test_headline_under_each_choice(self, results, rule, level, day_14, n_events):
        same = {"section": "sensitivity", "term": rule, "level": level}
        assert estimate(results, "incidence", time_days=14, **same) == day_14
        assert estimate(results, "n_events", **same) == n_events
        planned = level in ("censor", "booster", "10")
        assert estimate(results, "as_planned", **same) == planned

    @pytest.mark.parametrize("rule", ["unconfirmed", "session_while_pending", "course unfinished"])
    def test_whom_the_rule_touches(self, results, rule):
        assert estimate(results, "n_affected", section="sensitivity", term=rule) == 1


class TestDescription:
    def test_baseline(self, results):
        same = {"section": "baseline", "term": "age", "group": ""}
        assert estimate(results, "n", **same) == 7
        assert estimate(results, "n_missing", **same) == 1
        assert estimate(results, "median", **same) == 45
        madrs = {"section": "baseline", "term": "MADRS at baseline", "group": "a"}
        assert estimate(results, "n_missing", **madrs) == 1
        assert estimate(results, "mean", **madrs) == 30

    def test_exposure(self, results):
        same = {"section": "exposure", "group": ""}
        assert estimate(results, "mean", term="sessions", **same) == 17 / 8
        assert estimate(results, "mean", term="course length, days", **same) == 7
        share = row(results, "share", term="any booster", **same)
        assert (share["n_events"], share["n"]) == (1, 8)
        assert estimate(results, "n", term="interval between boosters, days", **same) == 0

    def test_trajectory(self, results):
        same = {"section": "trajectory", "term": "MADRS", "group": "a"}
        first = row(results, "mean", time_days=0, **same)
        assert (first["estimate"], first["n"]) == (30, 4)
        second = row(results, "mean", time_days=7, **same)
        assert second["n"] == 5
        assert second["estimate"] == (10 + 12 + 20 + 28 + 10) / 5

    def test_follow_up(self, results):
        same = {"section": "follow_up", "group": "", "level": "lost"}
        assert row(results, "share", **same)["n_events"] == 1

    def test_warnings_say_how_few(self, results):
        kinds = set(results.select(section="warnings", analysis="relapse")["term"])
        assert {"few events", "small risk set", "naive"} <= kinds


class TestWithoutTables:
    def test_boosters_are_unknown(self, plain):
        # A2's open run is then confirmed at day 30: an event at 14
        assert estimate(plain, "n_events", section="analysis") == 2
        assert plain.select(section="exposure").empty
        assert plain.select(section="tolerability").empty
        assert plain.select(section="sensitivity", term="max_gap_days").empty

    def test_without_arm_everybody_is_one_group(self, plain):
        assert set(plain.table["group"]) == {""}


def test_table_has_its_columns_and_the_order_of_its_sections(results):
    table = results.table
    assert tuple(table.columns) == COLUMNS
    present = list(dict.fromkeys(table["section"]))
    assert present == [name for name in SECTIONS if name in present]


def test_no_extreme_and_no_subject_is_in_the_table(results):
    assert not set(results.table["statistic_name"]) & {"min", "max", "minimum", "maximum"}
    text = results.table.to_csv()
    assert not any(f"{arm}{number}," in text for arm in "AB" for number in range(1, 6))


def test_study_keeps_no_rows_of_the_cohort():
    study = run(tiny_plan(), tiny_cohort())
    assert not hasattr(study.cohort, "scores")
    assert study.described_population == "all"
    assert set(study.warnings["section"]) == {"warnings"}


def test_progress_is_told():
    told = []
    run(tiny_plan(), tiny_cohort(), progress=told.append)
    assert "analysis relapse" in told
