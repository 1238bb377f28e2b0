"""The members of a batch: every subject in exactly one, small ones pooled."""

import pandas as pd
import pytest
from support.cohorts import cohort_of

from afterglow.cohort.account import Account, Step
from afterglow.errors import UsageError
from afterglow.study.members import find_members, folder_name, part_of


def cohort(**values):
    """Subjects S00, S01, … with the given values of one column; one score and follow-up each."""
    ((column, cells),) = values.items()
    ids = [f"S{number:02d}" for number in range(len(cells))]
    made = cohort_of(
        subjects=pd.DataFrame({"subject_id": ids, column: cells}),
        scores=[(subject, 0.0, "MADRS", 30, "pre-dose") for subject in ids],
        sessions=[(ids[0], 0.0, 1, "")],
        events=None,
        follow_up=[(subject, 10.0, "") for subject in ids],
    )
    steps = [Step("scores", "in", "rows read", len(ids), len(ids))]
    steps += [Step("scores", "used", "rows used", len(ids), len(ids))]
    object.__setattr__(made, "account", Account(tuple(steps)))
    return made


def labels(members):
    return [(member.label, member.n_subjects) for member in members]


def test_one_part_per_value_in_natural_order_and_the_pool_last():
    sites = cohort(site_id=["10"] * 3 + ["9"] * 3 + ["x"] * 1 + ["b"] * 4 + ["y"] * 2)
    found = find_members(sites, "site_id", minimum=3)
    assert labels(found) == [("9", 3), ("10", 3), ("b", 4), ("pooled sites", 3)]
    assert found[-1].values == ("x", "y")


def test_a_pool_that_is_still_small_takes_the_smallest_part_in():
    found = find_members(cohort(site_id=["a"] * 5 + ["b"] * 4 + ["c"]), "site_id", minimum=3)
    assert labels(found) == [("a", 5), ("pooled sites", 5)]
    assert found[-1].values == ("b", "c")


def test_all_small_is_one_pool():
    found = find_members(cohort(clinic=["a", "b"]), "clinic", minimum=20)
    assert labels(found) == [("pooled clinic", 2)]


def test_subjects_without_a_value_are_a_part_of_their_own():
    found = find_members(cohort(site_id=["a", "a", None, ""]), "site_id", minimum=1)
    assert labels(found) == [("a", 2), ("not stated", 2)]


def test_numbers_are_written_plainly():
    found = find_members(cohort(failures=[2.0, 2.5, 10.0]), "failures", minimum=1)
    assert labels(found) == [("2", 1), ("2.5", 1), ("10", 1)]


@pytest.mark.parametrize(
    ("label", "folder"),
    [
        ("Köln, Süd", "koln-sud"),
        ("Straße", "strasse"),
        ("Łódź", "odz"),
        ("東京", ""),
        ("A.1", "a-1"),
    ],
)
def test_a_folder_is_called_as_its_label_in_plain_letters(label, folder):
    assert folder_name(label) == folder


def test_folders_are_plain_and_unique():
    found = find_members(
        cohort(site_id=["A 1", "a-1", "../x", "東京", "京都"]), "site_id", minimum=1
    )
    folders = [member.folder for member in found]
    assert folders == ["x", "a-1", "a-1-2", "part", "part-2"]


def test_an_unknown_column_is_told():
    with pytest.raises(UsageError, match="Did you mean 'site_id'"):
        find_members(cohort(site_id=["a"]), "site", minimum=1)


def test_a_part_holds_its_subjects_rows_and_the_account_adds_up():
    whole = cohort(site_id=["a", "a", "b"])
    parts = [part_of(whole, "site_id", m) for m in find_members(whole, "site_id", minimum=1)]
    assert [list(part.subjects["subject_id"]) for part in parts] == [["S00", "S01"], ["S02"]]
    assert [len(part.sessions) for part in parts] == [1, 0]
    assert [part.events for part in parts] == [None, None]
    assert sum(len(part.scores) for part in parts) == len(whole.scores)
    steps = [(s.step, s.reason, s.n_rows, s.n_subjects) for s in parts[1].account.steps]
    assert steps == [
        ("in", "rows read", 3, 3),
        ("aside", "another site_id", 2, 2),
        ("used", "rows used", 1, 1),
    ]
