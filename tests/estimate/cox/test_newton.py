"""How the climb ends, and what is said when it does not end well."""

from types import SimpleNamespace

import numpy as np
import pytest

from afterglow.errors import NotEstimable
from afterglow.estimate.cox.newton import (
    CONVERGED,
    DIVERGED,
    MOST_STEPS,
    STOPPED,
    aliased,
    inverse,
    maximize,
)
from afterglow.estimate.cox.trouble import trouble


def climb(loglik, gradient, information):
    def at(beta):
        b = float(beta[0])
        return SimpleNamespace(
            loglik=loglik(b),
            gradient=np.array([gradient(b)]),
            information=np.array([[information(b)]]),
        )

    return maximize(at, np.zeros(1), np.ones(1))


def test_a_parabola_takes_one_step():
    found = climb(lambda b: -((b - 3) ** 2), lambda b: -2 * (b - 3), lambda _: 2.0)
    assert (found.state, found.steps) == (CONVERGED, 1)
    assert found.beta[0] == pytest.approx(3.0, abs=1e-12)
    assert trouble(found, ["age"]) == ""


def test_steps_that_overshoot_are_halved():
    def loglik(b):
        return -np.logaddexp(b - 6, 6 - b)

    def information(b):
        return max(1 - np.tanh(b - 6) ** 2, 1e-6)

    found = climb(loglik, lambda b: -np.tanh(b - 6), information)
    assert found.state == CONVERGED
    assert found.beta[0] == pytest.approx(6.0, abs=1e-9)


def test_a_likelihood_that_only_flattens_has_no_maximum():
    found = climb(lambda b: -np.exp(-b), lambda b: np.exp(-b), lambda b: np.exp(-b))
    assert found.state == DIVERGED
    assert "age has no finite estimate" in trouble(found, ["age"])


def test_a_slope_that_lies_is_not_converged():
    found = climb(lambda b: -abs(b), lambda _: 1.0, lambda _: 1.0)
    assert found.state == STOPPED
    assert "not converged after 0 steps (still moving: age)" in trouble(found, ["age"])


def test_a_climb_without_end_stops():
    found = climb(lambda b: b, lambda _: 1.0, lambda _: 1.0)
    assert (found.state, found.steps) == (STOPPED, MOST_STEPS)


def test_dependent_directions_are_found():
    singular = np.array([[4.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
    assert aliased(singular).tolist() == [False, True, False]
    with pytest.raises(NotEstimable, match="singular"):
        inverse(singular)
    tiny = np.diag([1e-30, 1e30])
    np.testing.assert_allclose(inverse(tiny), np.diag([1e30, 1e-30]), rtol=1e-12)
