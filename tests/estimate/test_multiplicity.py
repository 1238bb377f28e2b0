"""Adjusted p-values by hand."""

import numpy as np
import pytest

from afterglow.errors import UsageError
from afterglow.estimate.multiplicity import adjusted, check_adjustment

P = [0.01, 0.04, 0.03, 0.005]
# Sorted 0.005, 0.01, 0.03, 0.04: multiplied by 4, 3, 2, 1 (Holm: running maximum; Hochberg: running
# minimum from the end), or by 4/1, 4/2, 4/3, 4/4 (Benjamini–Hochberg).
BY_HAND = {
    "none": P,
    "bonferroni": [0.04, 0.16, 0.12, 0.02],
    "holm": [0.03, 0.06, 0.06, 0.02],
    "hochberg": [0.03, 0.04, 0.04, 0.02],
    "bh": [0.02, 0.04, 0.04, 0.02],
    "by": [p * (1 + 1 / 2 + 1 / 3 + 1 / 4) for p in (0.02, 0.04, 0.04, 0.02)],
}


@pytest.mark.parametrize("adjust", BY_HAND)
def test_by_hand(adjust):
    np.testing.assert_allclose(adjusted(P, adjust), BY_HAND[adjust], rtol=1e-12)


def test_undefined_values_stay_and_do_not_count():
    np.testing.assert_allclose(adjusted([0.01, np.nan, 0.02], "holm"), [0.02, np.nan, 0.02])
    assert np.isnan(adjusted([np.nan], "holm")).all()


def test_one_value_needs_no_adjustment():
    for adjust in BY_HAND:
        assert adjusted([0.03], adjust)[0] == pytest.approx(0.03)


def test_unknown_word():
    with pytest.raises(UsageError, match="adjust"):
        check_adjustment("tukey")
