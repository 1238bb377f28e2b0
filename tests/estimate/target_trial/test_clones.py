"""Who has a clone under which strategy, until when, and with which weight."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.slow_trial import slow_clone

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.target_trial.clones import NOT_IN_TIME, clone, timing, weights
from afterglow.estimate.target_trial.days import read_days
from afterglow.estimate.target_trial.followed import AFTER, BEFORE, COLUMNS, follow_up
from afterglow.estimate.target_trial.strategies import NOT_ALLOWED, TOO_EARLY, Strategy

WEEKLY = Strategy(name="every 7 days", every_days=7)
ON_RELAPSE = Strategy(name="on relapse", when=True)
NEVER = Strategy(name="never")


def table(*subjects: dict) -> pd.DataFrame:
    """Subject-days; a subject names its days with a session and how long it is followed."""
    rows = []
    for name, subject in enumerate(subjects):
        since = subject.get("since", 1)
        for day in range(subject["until"] + 1):
            treated = day in subject.get("sessions", ())
            rows.append((name, float(day), treated, day == subject.get("event"), float(since)))
            since = 1 if treated else since + 1
    names = ["subject_id", "day", "treated", "event", "days_since_session"]
    return pd.DataFrame(rows, columns=names)


def read(data, horizon=30, **columns):
    names = {"waiting": None, "decided": None, "state": None, "rhythm": None, **columns}
    return read_days(
        data, subject="subject_id", day="day", treated="treated", event="event",
        since="days_since_session", horizon=horizon, **names,
    )  # fmt: skip


FOUR = table(
    {"until": 12, "sessions": (6,)},  # on day 7 after the session before: follows
    {"until": 12, "sessions": (3,)},  # after 4 days: too early
    {"until": 12},  # none: leaves after 9 days, the last day of grace
    {"until": 4, "event": 4, "since": 3},  # the event before any session was due
)


def by_last_day(days, clones):
    """The last day on which each clone's outcome counts, in the order of the subjects' length."""
    return sorted(int(row.sum()) - 1 for row in clones.adherent)


def ways(days, clones, part=BEFORE):
    """How many left in which way."""
    found = follow_up(days, [clones]).set_index("part").loc[part]
    return found.drop([name for name in COLUMNS if name in found]).astype(int).to_dict()


def test_four_subjects_by_hand():
    days = read(FOUR)
    weekly, never = clone(days, WEEKLY, 2.0), clone(days, NEVER, 2.0)
    # Weekly: too early on day 3; no session by day 9 after the one before, which is day 8.
    assert by_last_day(days, weekly) == [3, 4, 8, 12]
    assert ways(days, weekly) == {TOO_EARLY: 1, NOT_IN_TIME: 1}
    # Never: the sessions on days 6 and 3 end it.
    assert by_last_day(days, never) == [3, 4, 6, 12]
    assert ways(days, never) == {NOT_ALLOWED: 2, NOT_IN_TIME: 0}


def test_the_weights_of_the_four_by_hand():
    days = read(FOUR)
    chance = np.full(days.followed.shape, 0.1)
    one = np.ones(days.subjects)
    weekly = clone(days, WEEKLY, 2.0)
    due = timing(days, weekly, one)
    # Asked on days 5, 6, 7, 8, 9 after a session: only one was given, on day 7 after it.
    np.testing.assert_allclose(due[0, :3], [0.0, 0.0, 1.0])
    found = weights(days, weekly, chance, due)
    follower = int(np.flatnonzero(weekly.adherent[:, 12])[0])
    # Six decisions not to, then one session on the day due (q = 1), then those of the next window.
    np.testing.assert_allclose(found[follower, 7], 0.9**-6 / 0.1)
    np.testing.assert_allclose(found[follower, 12], 0.9**-11 / 0.1)
    unweighted = clone(days, NEVER, 2.0)
    np.testing.assert_allclose(weights(days, unweighted, chance, np.empty((1, 0)))[:, 0], 1.0)


def test_a_strategy_that_is_over_at_time_zero_has_no_clone():
    days = read(table({"until": 5, "since": 10}, {"until": 5, "since": 9}))
    assert sorted(clone(days, WEEKLY, 2.0).cloned) == [False, True]


def test_a_session_on_relapse_is_due_within_the_grace():
    data = table({"until": 8, "sessions": (6,)}, {"until": 8}, {"until": 8, "sessions": (1,)})
    waiting = np.where(data["day"] >= 4, data["day"] - 4, np.nan)
    waiting = np.where((data["subject_id"] == 0) & (data["day"] > 6), -1.0, waiting)
    days = read(data.assign(waiting=waiting), waiting="waiting")
    found = clone(days, ON_RELAPSE, 3.0)
    assert by_last_day(days, found) == [1, 7, 8]


def test_ways_of_leaving_after_the_event_are_counted_apart():
    data = table(
        {"until": 12, "event": 4, "sessions": (4,)},  # answered on the day it is known
        {"until": 12, "event": 4},  # not within the grace
        {"until": 12, "event": 4, "sessions": (6, 10)},  # answered, and boosted once more after it
        {"until": 12, "sessions": (2,)},
        {"until": 6, "event": 4},  # no longer followed while it may still come
    )
    known = data["subject_id"].isin([0, 1, 2, 4]) & (data["day"] >= 4)
    waiting = (data["day"] - 4).where(known)
    over = (data["subject_id"] == 2) & (data["day"] > 8)  # well again, and no longer waiting
    answered = ((data["subject_id"] == 0) & (data["day"] > 4)) | (
        (data["subject_id"] == 2) & (data["day"] > 6)
    )
    waiting = waiting.mask(answered, -1.0).mask(over)
    days = read(data.assign(waiting=waiting, ill=known * 1.0), horizon=12, waiting="waiting",
                state="ill")  # fmt: skip
    found = clone(days, ON_RELAPSE, 3.0)
    without = "session without the condition"
    assert ways(days, found) == {without: 1, NOT_IN_TIME: 0}
    assert ways(days, found, AFTER) == {without: 1, NOT_IN_TIME: 1}
    never = clone(days, NEVER, 3.0)
    assert ways(days, never) == {NOT_ALLOWED: 1, NOT_IN_TIME: 0}
    # A session on the day of the event comes after it.
    assert ways(days, never, AFTER) == {NOT_ALLOWED: 2, NOT_IN_TIME: 0}
    kept = follow_up(days, [found]).set_index("part").loc[AFTER]
    assert kept[["n", "to_horizon", "censored_early"]].tolist() == [4, 1, 1]
    assert kept["person_days"] == 8 + 3 + 6 + 2


@st.composite
def cohorts(draw):
    """Some subjects with sessions on any days."""
    size = draw(st.integers(1, 6))
    return [
        {
            "until": (until := draw(st.integers(0, 20))),
            "since": draw(st.integers(0, 12)),
            "sessions": draw(st.sets(st.integers(0, max(until - 1, 0)))) if until else (),
        }
        for _ in range(size)
    ]


@given(st.data(), st.integers(0, 6), st.integers(5, 20))
def test_every_copy_is_counted_once_before_the_event_and_once_after(data, grace, horizon):
    subjects = data.draw(cohorts())
    for subject in subjects:
        subject["event"] = data.draw(st.none() | st.integers(0, subject["until"]))
    frame = table(*subjects)
    had = frame.groupby("subject_id")["event"].cumsum() > 0
    since = frame.groupby("subject_id").cumcount() - 3.0
    known = frame.assign(waiting=since.where(had & (since >= 0)), ill=had * 1.0)
    days = read(known, horizon=horizon, waiting="waiting", state="ill")
    copies = [clone(days, one, float(grace)) for one in (WEEKLY, NEVER, ON_RELAPSE)]
    found = follow_up(days, copies)
    left = found.drop(columns=list(COLUMNS)).sum(axis=1)
    ends = found[["n_events", "to_horizon", "censored_early"]].sum(axis=1)
    assert (found["n"] == ends + left).all()
    entered = found[found["part"] == BEFORE]
    assert (entered["n"] + entered["not_cloned"] == days.subjects).all()
    after = found.loc[found["part"] == AFTER, "n"].tolist()
    assert after == entered["n_events"].tolist()
    in_all = found.groupby("group", sort=False)["person_days"].sum()
    assert in_all.tolist() == [int(one.adherent[:, 1:].sum()) for one in copies]


@given(cohorts(), st.sampled_from([WEEKLY, NEVER, ON_RELAPSE]), st.integers(0, 6), st.data())
def test_clones_are_those_of_the_slow_twin(subjects, strategy, grace, data):
    frame = table(*subjects)
    relapse = data.draw(st.integers(0, 12))
    waiting = np.where(frame["day"] >= relapse, frame["day"] - relapse, np.nan)
    days = read(frame.assign(waiting=waiting), waiting="waiting")
    plain = [
        {
            "since": days.since[i][days.followed[i]],
            "waiting": days.waiting[i][days.followed[i]],
            "treated": days.treated[i],
            "decided": days.decided[i],
        }
        for i in range(days.subjects)
    ]
    found = clone(days, strategy, float(grace))
    for i, story in enumerate(slow_clone(plain, strategy, grace)):
        expected = 0 if story is None else len(story)
        assert int(found.adherent[i].sum()) == expected
        assert bool(found.cloned[i]) == (story is not None)


@given(cohorts())
def test_endless_grace_censors_nobody(subjects):
    days = read(table(*subjects))
    found = clone(days, Strategy(name="any time", every_days=5), 1000.0)
    assert (found.adherent == days.followed).all()
    assert not found.left.any()


def test_what_makes_no_sense_is_refused():
    with pytest.raises(UsageError, match="one rule"):
        Strategy(name="both", every_days=7, when=True)
    with pytest.raises(InvalidInput, match="does not follow the day before"):
        read(FOUR[FOUR["day"] != 2])
    with pytest.raises(InvalidInput, match="without a decision"):
        read(FOUR.assign(decided=False), decided="decided")
