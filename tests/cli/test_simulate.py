"""`afterglow simulate`: the cohort that was asked for, the same bytes for the same seed."""

import pandas as pd
import pytest
from support.command import command, files_in

from afterglow.plan.data import DataSource


def simulated(folder, capsys, *options):
    ended = command(capsys, "simulate", "-o", folder, *options)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def test_options_choose_size_sites_and_kind_of_file(tmp_path, capsys):
    said = simulated(tmp_path / "out", capsys, "--subjects", 7, "--sites", 2, "--format", "parquet")
    subjects = pd.read_parquet(tmp_path / "out" / "subjects.parquet")
    assert len(subjects) == 7
    assert set(subjects["site_id"]) == {"A", "B"}
    assert said == f"7 subjects in {tmp_path / 'out'}\n"


def test_a_configuration_is_read_and_options_stand_above_it(tmp_path, capsys):
    (tmp_path / "config.toml").write_text("subjects = 5\n[people]\nfemale_share = 1.0\n")
    simulated(tmp_path / "one", capsys, "--config", tmp_path / "config.toml")
    simulated(tmp_path / "two", capsys, "--config", tmp_path / "config.toml", "--subjects", 3)
    one, two = (pd.read_csv(tmp_path / name / "subjects.csv") for name in ("one", "two"))
    assert set(one["sex"]) == {"F"}
    pd.testing.assert_frame_equal(one.head(3), two)


@pytest.mark.parametrize("seed", [(), ("--seed", 5)])
def test_the_same_seed_gives_the_same_bytes(seed, tmp_path, capsys):
    for name in ("one", "two"):
        simulated(tmp_path / name, capsys, "--subjects", 3, *seed)
    names = files_in(tmp_path / "one")
    assert names == files_in(tmp_path / "two")
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_another_seed_gives_other_scores(tmp_path, capsys):
    simulated(tmp_path / "one", capsys, "--subjects", 3)
    simulated(tmp_path / "two", capsys, "--subjects", 3, "--seed", 5)
    one, two = ((tmp_path / name / "scores.csv").read_bytes() for name in ("one", "two"))
    assert one != two


def test_an_earlier_cohort_is_replaced_whatever_its_kind(tmp_path, capsys):
    simulated(tmp_path / "out", capsys, "--subjects", 3, "--format", "parquet")
    simulated(tmp_path / "out", capsys, "--subjects", 3)
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_the_folder_can_be_analysed_as_it_is(tmp_path, capsys):
    from afterglow.cohort.reading import read_cohort

    simulated(tmp_path / "out", capsys, "--subjects", 12)
    cohort = read_cohort(DataSource(path="out"), tmp_path)
    assert len(cohort.subjects) == 12
    assert cohort.metadata.synthetic
