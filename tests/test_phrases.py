"""What codes are called within sentences."""

import pytest

from afterglow.phrases import cause_words, move_words, spelled


@pytest.mark.parametrize(
    ("move", "words"),
    [
        ("response → relapse", "from response to relapse"),
        ("relapse → ect", "from relapse to ECT"),
        ("symptomatic → booster", "from symptomatic to booster block"),
        ("course → switch", "from course to switch of treatment"),
    ],
)
def test_a_move_is_told_by_the_names_of_its_states(move, words):
    assert move_words(move) == words


@pytest.mark.parametrize(
    ("code", "words"), [("ect", "ECT"), ("lost", "loss to follow-up"), ("my_event", "my event")]
)
def test_an_event_is_told_in_words(code, words):
    assert cause_words(code) == words


def test_a_code_is_spelled_with_its_acronyms():
    assert spelled(" prior_ECT_sessions ") == "prior ECT sessions"
