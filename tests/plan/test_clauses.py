"""The clauses that endpoints share."""

import pytest

from afterglow.plan.clauses import Qualify


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match=r"window_days must be \[earlier, later\]"):
        Qualify(endpoint="response", window_days=(14, 1))
