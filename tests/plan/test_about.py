"""What a plan says of a cohort whose folder is not ours."""

import pytest
from support.plan_text import HEAD, RESPONSE

from afterglow.cohort.reading import read_cohort
from afterglow.errors import DataError
from afterglow.plan.reading import plan_from_text

ABOUT = '[data.cohort]\ntitle = "Ten people"\npublic = "A paper (2001)"\n'


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "subjects.csv").write_text("subject_id\nA\n")
    (data / "scores.csv").write_text("subject_id,day,instrument,score\nA,0,MADRS,30\n")
    return tmp_path


def test_the_plan_says_what_the_cohort_is(folder):
    cohort = read_cohort(plan_from_text(HEAD + ABOUT + RESPONSE).data, folder)
    assert cohort.metadata.title == "Ten people"
    assert cohort.metadata.exempt


def test_two_that_say_it_are_one_too_many(folder):
    (folder / "data" / "cohort.toml").write_text('title = "Eleven people"')
    with pytest.raises(DataError, match=r"cohort.toml: is there, and the plan has \[data.cohort\]"):
        read_cohort(plan_from_text(HEAD + ABOUT + RESPONSE).data, folder)


def test_without_either_nothing_is_exempt(folder):
    cohort = read_cohort(plan_from_text(HEAD + RESPONSE).data, folder)
    assert not cohort.metadata.exempt
