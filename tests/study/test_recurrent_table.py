"""Stretches of time in which an endpoint can come again, worked by hand."""

import pandas as pd
import pytest
from support.cohorts import library
from support.studies import SCORES, tiny_cohort, tiny_plan

from afterglow.errors import UsageError
from afterglow.study.derive import derive
from afterglow.study.recurrent_table import recurrent_table

BOOSTER = """
[endpoint.booster]
kind = "booster"
"""
# The course ends on day 7, risk of a booster begins 10 days later (the gap rule). A1 has one block
# of two boosters and dies; A2 has two blocks; B2 switches after its booster.
SESSIONS = [(name, day, 1, "") for name in SCORES for day in (0, 7)]
SESSIONS += [("A1", 20, 1, ""), ("A1", 23, 1, ""), ("A2", 24, 1, ""), ("A2", 33, 1, "")]
SESSIONS += [("B2", 35, 1, "")]
EVENTS = [("A1", 30, "death"), ("B2", 39, "switch"), ("A2", 36, "hospitalisation")]


@pytest.fixture(scope="module")
def derived():
    cohort = tiny_cohort(sessions=SESSIONS, events=EVENTS)
    return derive(cohort, tiny_plan(BOOSTER), library())


def stretches(derived, endpoint, **how) -> dict[str, list[str]]:
    """Subject -> stretches, "+" behind one that ends with the event, "†" behind a terminal end."""
    rows = recurrent_table(derived, endpoint, **how)
    marks = rows["event"].map({True: "+", False: ""}) + rows["terminal"].map({True: "†", False: ""})
    words = rows["start_day"].map("{:g}".format) + "–" + rows["stop_day"].map("{:g}".format) + marks
    return words.groupby(rows["subject_id"]).agg(list).to_dict()


def test_boosters_of_those_who_are_followed(derived):
    assert stretches(derived, "booster") == {
        "A1": ["10–13+", "13–23†"],
        "A2": ["10–17+", "17–26+", "26–33"],
        "A3": ["10–23"],
        "A4": ["10–13"],
        "A5": ["10–33"],
        "B2": ["10–28+", "28–32†"],
        "B3": ["10–33"],
    }


def test_boosters_of_those_who_could_have_one(derived):
    found = stretches(derived, "booster", time_at_risk="exposed")
    # After a block the subject is at risk of the next only a week later.
    assert found["A2"] == ["10–17+", "24–26+"]
    assert found["A1"] == ["10–13+"]
    assert found["B2"] == ["10–28+"]
    assert found["A5"] == ["10–33"]


def test_days_since_the_first_session(derived):
    later = stretches(derived, "booster", since="first_session")
    assert later["A2"] == ["17–24+", "24–33+", "33–40"]


def test_strategies_decide_what_is_terminal(derived):
    censored = stretches(derived, "booster", strategies={"death": "censor", "switch": "ignore"})
    assert censored["A1"] == ["10–13+", "13–33"]
    assert censored["B2"] == ["10–28+", "28–33"]


def test_relapses_are_watched_between_visits(derived):
    found = stretches(derived, "relapse")
    # A1 responds on day 8 and dies on day 30, 8 days after the last visit. A3's last score is a
    # relapse that nothing confirms, so the visit before it is the last that counts.
    assert found["A1"] == ["0–22†"]
    assert found["A3"] == ["0–7"]
    exposed = stretches(derived, "relapse", time_at_risk="exposed")
    # A booster ends the cycle; the response of B2 is maintained, and at risk again.
    assert exposed["B2"] == ["0–27", "27–31†"]
    assert exposed["A2"] == ["0–16"]


def test_every_event_of_the_endpoint_is_there_once(derived):
    rows = derived.rows
    for endpoint in ("booster", "relapse"):
        mine = rows[(rows["endpoint"] == endpoint) & rows["event"]]
        for words in ("followed", "exposed"):
            found = recurrent_table(derived, endpoint, time_at_risk=words)
            assert int(found["event"].sum()) == len(mine)
            assert not found.duplicated(["subject_id", "stop_day"]).any()
            last = found.drop_duplicates("subject_id", keep="last")
            assert int(found["terminal"].sum()) == int(last["terminal"].sum())


def test_other_words_are_refused(derived):
    for call in (("boosters", {}), ("booster", {"time_at_risk": "seen"}),
                 ("booster", {"since": "birth"})):  # fmt: skip
        with pytest.raises(UsageError, match="not known"):
            recurrent_table(derived, call[0], **call[1])


def test_no_row_is_an_empty_table(derived):
    nobody = derive(tiny_cohort(sessions=[("A1", 0, 1, "")]), tiny_plan(BOOSTER),
                    library())  # fmt: skip
    rows = recurrent_table(nobody, "relapse")
    assert isinstance(rows, pd.DataFrame)
    assert list(rows.columns) == ["subject_id", "start_day", "stop_day", "event", "terminal"]
