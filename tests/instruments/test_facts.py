"""Cut-offs and changes as they are shown."""

import pytest

from afterglow.instruments.facts import CAUTION, Amount, Cutoff

ORIGIN = {"source": "test", "confidence": "published"}


@pytest.mark.parametrize(
    ("bound", "value", "favours", "shown"),
    [
        ("at_most", 12, "low", "≤ 12"),
        ("below", 5, "low", "< 5"),
        ("at_least", 22, "high", "≥ 22"),
        ("above", 0, "high", "> 0"),
    ],
)
def test_cutoff(bound, value, favours, shown):
    cutoff = Cutoff.model_validate(ORIGIN | {bound: value})
    assert (cutoff.bound, cutoff.value, cutoff.favours, str(cutoff)) == (
        bound,
        value,
        favours,
        shown,
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"points": 6}, "6 points"),
        ({"points": [15, 18]}, "15–18 points"),
        ({"percent": 17.5}, "17.5 %"),
        ({"percent": [10, 20]}, "10–20 %"),
    ],
)
def test_amount(given, shown):
    assert str(Amount.model_validate(ORIGIN | given)) == shown


@pytest.mark.parametrize("confidence", ["published", "established", "computed", "uncertain"])
def test_only_the_uncertain_asks_for_caution(confidence):
    cutoff = Cutoff.model_validate({"source": "test", "confidence": confidence, "below": 5})
    assert cutoff.caution == (CAUTION if confidence == "uncertain" else "")
