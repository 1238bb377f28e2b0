"""Instrument files that cannot be read, and what the reader is told."""

from importlib.resources import files

import pytest

from afterglow.errors import PlanError
from afterglow.instruments.reading import read_instrument

SHIPPED = files("afterglow.instruments").joinpath("library", "phq9.toml")


def read_changed(tmp_path, old, new):
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return read_instrument(file)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "higher_is",
            "higher_iz",
            r"\[higher_iz\] unknown key 'higher_iz'. Did you mean 'higher_is'",
        ),
        ("higher_is", "higher_iz", r"\[higher_is\] is missing"),
        ("count = 9", "cuont = 9", r"\[form.cuont\] unknown key 'cuont'. Did you mean 'count'"),
        ("allow = 2", "alow = 2", r"\[form.missing.alow\] .* Did you mean 'allow'"),
        ("below = 5", "belo = 5", r"\[remission.0.belo\] .* Did you mean 'below'"),
        ("[0, 27]", "[0, 28]", r"\[form\] range is not what the items"),
        ('"worse"', '"wurst"', r"\[higher_is\] Input should be 'worse' or 'better'"),
        ('"worse"', "worse", "mine.toml is not a TOML file"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, old, new, message):
    with pytest.raises(PlanError, match=message):
        read_changed(tmp_path, old, new)


def test_all_faults_are_named_at_once(tmp_path):
    with pytest.raises(PlanError) as caught:
        read_changed(tmp_path, "count = 9\nitem_range", "cuont = 9\nitem_rang")
    assert str(caught.value).count("unknown key") == 2
    assert "mine.toml does not describe an instrument" in str(caught.value)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes('name = "Åsberg"'.encode("latin-1"))
    with pytest.raises(PlanError, match="not a TOML file"):
        read_instrument(file)
