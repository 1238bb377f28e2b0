"""The latent severity: onset in hours, fading in weeks, boosters, and the truth by hand."""

import numpy as np
import pytest

from afterglow.simulate.config import SimulationConfig, Symptoms
from afterglow.simulate.latent import LatentProcess, draw_latent, find_truth
from afterglow.simulate.person import draw_person

FEW = SimulationConfig()


def process(**changes) -> LatentProcess:
    symptoms = Symptoms(wander_sd_points=0, recovery_share=0, **changes)
    person = draw_person(FEW, np.random.default_rng(1))
    known = {"baseline": 40.0, "responsiveness": 0.8, "slow_decay_days": 30.0}
    person = type(person)(**{name: getattr(person, name) for name in person.__slots__} | known)
    return draw_latent(person, symptoms, 365, np.random.default_rng(2))


def severity(latent: LatentProcess, *times: float, sessions: list[float]) -> list[float]:
    return latent.severity(np.array(times, dtype=float), sessions).tolist()


def test_before_any_session_severity_is_the_untreated_level():
    assert severity(process(), -14, 0, 100, sessions=[]) == [40, 40, 40]


def test_one_session_by_hand():
    latent = process(fast_gain=0.6, slow_gain=0.2, fast_decay_days=5, onset_days=0.1)
    onset = 1 - np.exp(-10)
    fast = 0.6 * np.exp(-1 / 5) * onset
    slow = 0.2 * np.exp(-1 / 30) * onset
    expected = 40 * (1 - 0.8 * (1 - (1 - fast) * (1 - slow)))
    assert severity(latent, 1, sessions=[0]) == [pytest.approx(expected, rel=1e-12)]


def test_a_second_session_adds_to_what_is_left():
    latent = process(fast_gain=0, slow_gain=0.5)
    left = 0.5 * np.exp(-10 / 30)
    reached = left + 0.5 * (1 - left)
    expected = 40 * (1 - 0.8 * reached * np.exp(-20 / 30))
    assert severity(latent, 30, sessions=[0, 10]) == [pytest.approx(expected, rel=1e-12)]


def test_most_of_the_drop_comes_within_hours_and_fades_in_weeks():
    at_0, at_4_hours, at_1_day, at_5_weeks = severity(process(), 0, 4 / 24, 1, 35, sessions=[0])
    assert at_0 == 40
    assert 40 - at_4_hours > 0.7 * (40 - at_1_day)
    assert at_5_weeks > at_1_day + 0.6 * (40 - at_1_day)


def test_a_session_does_not_act_on_the_time_before_it():
    latent = process()
    assert severity(latent, 5, 10, sessions=[0, 10]) == severity(latent, 5, 10, sessions=[0])


def test_the_truth_is_the_first_crossing_on_a_fine_grid():
    latent = process(fast_gain=0, slow_gain=0.9, horizon_days=200)
    truth = find_truth(latent, [0.0])
    assert truth.responder
    half, threshold = 0.5 / 0.8, (1 - 22 / 40) / 0.8
    assert truth.loss_days == pytest.approx(30 * np.log(0.9 / half), abs=0.1)
    assert truth.relapse_days == pytest.approx(30 * np.log(0.9 / threshold), abs=0.1)


def test_a_relapse_beyond_the_horizon_is_infinite():
    latent = process(fast_gain=0, slow_gain=0.9, horizon_days=5)
    assert find_truth(latent, [0.0]).relapse_days == np.inf


def test_the_wander_has_the_spread_and_memory_asked_for():
    symptoms = Symptoms(wander_sd_points=2.5, wander_memory_days=20)
    person = draw_person(FEW, np.random.default_rng(1))
    paths = np.array(
        [draw_latent(person, symptoms, 365, np.random.default_rng(i)).wander for i in range(400)]
    )
    # 400 stationary paths: the spread is known to about 2 %, a correlation to about 0.01.
    assert paths.std() == pytest.approx(2.5, rel=0.06)
    lagged = np.corrcoef(paths[:, :-20].ravel(), paths[:, 20:].ravel())[0, 1]
    assert lagged == pytest.approx(np.exp(-1), abs=0.04)
