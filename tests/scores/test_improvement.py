"""Improvement on a named instrument."""

import numpy as np
import pytest

from afterglow.errors import UsageError
from afterglow.instruments.registry import get
from afterglow.scores.improvement import has_improved, improvement


def test_direction_comes_from_the_instrument():
    upwards = get("MADRS").model_copy(update={"higher_is": "better"})
    np.testing.assert_allclose(improvement([30, 0], [15, 0], get("MADRS")), [50, np.nan])
    np.testing.assert_allclose(improvement([30, 60], [45, 60], upwards), [50, np.nan])


def test_response_is_reached_at_the_threshold():
    reached = has_improved(28, [14, 15, np.nan], get("MADRS"), percent=50)
    assert reached.tolist() == [True, False, False]


@pytest.mark.parametrize("name", ["CSSRS_SI", "CADSS"])
def test_forbidden_where_it_has_no_meaning(name):
    with pytest.raises(UsageError, match=f"{name}: percent change has no meaning, because"):
        improvement([4], [2], get(name))
    with pytest.raises(UsageError, match="Use a cut-off"):
        has_improved([4], [2], get(name), percent=50)
