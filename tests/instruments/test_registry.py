"""Finding instruments by name, here and in a user's folder."""

from importlib.resources import files

import pytest

from afterglow.errors import PlanError, UsageError
from afterglow.instruments.registry import get, ids, load_library


def own_file(folder, name="mine.toml", **changes):
    text = files("afterglow.instruments").joinpath("library", "gad7.toml").read_text("utf-8")
    for old, new in changes.items():
        text = text.replace({"id": 'id = "GAD7"', "aliases": 'aliases = ["GAD-7"]'}[old], new)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("HAM-D17", "HAMD17"),
        ("hamd17", "HAMD17"),
        ("HDRS-17", "HAMD17"),
        ("PHQ-9", "PHQ9"),
        ("qids-sr16", "QIDSSR16"),
        ("QIDS-SR", "QIDSSR16"),
        ("BDI-II", "BDI2"),
        ("Y-BOCS", "YBOCS"),
        ("C-SSRS ideation", "CSSRS_SI"),
        ("bpi_s", "BPI_S"),
    ],
)
def test_spelling_does_not_matter(name, found):
    assert get(name).id == found
    assert name in load_library()


@pytest.mark.parametrize(
    ("name", "near"),
    [("MADSR", "MADRS"), ("ham-d71", "HAMD17"), ("pqh9", "PHQ9")],
)
def test_an_unknown_name_is_answered_with_the_nearest(name, near):
    with pytest.raises(UsageError, match=f"Did you mean '{near}'"):
        get(name)


def test_a_name_like_no_other_gets_the_list():
    with pytest.raises(UsageError) as caught:
        get("zzz")
    assert "Did you mean" not in str(caught.value)
    assert all(name in str(caught.value) for name in ids())
    assert "instruments_dir" in str(caught.value)


@pytest.mark.parametrize("name", ["HAMD", "BDI", "C-SSRS", ""])
def test_ambiguous_names_are_not_guessed(name):
    with pytest.raises(UsageError):
        get(name)


def test_a_folder_adds_to_the_library(tmp_path):
    own_file(tmp_path, id='id = "GAD7X"', aliases='aliases = ["GAD-7 extra"]')
    (tmp_path / "notes.txt").write_text("not an instrument", encoding="utf-8")
    library = load_library(tmp_path)
    assert library.get("gad-7 extra").id == "GAD7X"
    assert len(library) == len(load_library()) + 1
    assert library.ids() == tuple(sorted(library.ids()))
    assert "GAD7X" not in load_library()


def test_a_folder_cannot_replace_what_is_shipped(tmp_path):
    own_file(tmp_path)
    with pytest.raises(PlanError, match="Two instruments have the id GAD7"):
        load_library(tmp_path)


def test_a_folder_cannot_take_a_name_in_use(tmp_path):
    own_file(tmp_path, id='id = "GAD7X"')
    with pytest.raises(PlanError, match="'GAD-7' names both GAD7 and GAD7X"):
        load_library(tmp_path)


def test_an_absent_folder_is_refused(tmp_path):
    with pytest.raises(PlanError, match="instruments_dir: nowhere is not a folder"):
        load_library(tmp_path / "nowhere")


def test_the_library_is_read_once():
    assert load_library() is load_library()
