"""The large cohort for benchmarks: counts, keys, shuffling, and courses that mean something."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import UsageError
from afterglow.names import DAY, END_DAY, SCORE, SUBJECT, TIMING
from afterglow.simulate import benchmark
from afterglow.simulate.benchmark import benchmark_cohort
from afterglow.simulate.benchmark_block import Block, carried_effect
from afterglow.simulate.config import SimulationConfig, Symptoms
from afterglow.simulate.latent import draw_latent
from afterglow.simulate.person import draw_person
from afterglow.simulate.plausibility import find_course_ends

TABLES = ("subjects", "scores", "sessions", "follow_up")


def written(folder, **options) -> dict[str, pd.DataFrame]:
    benchmark_cohort(folder, **{"subjects": 2000, "seed": 3} | options)
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> dict[str, pd.DataFrame]:
    return written(tmp_path_factory.mktemp("benchmark"))


def test_every_subject_has_the_rows_asked_for(tables):
    assert set(tables["subjects"][SUBJECT]) == set(range(1, 2001))
    assert set(tables["scores"][SUBJECT].value_counts()) == {20}
    assert set(tables["sessions"][SUBJECT].value_counts()) == {8}
    assert not tables["follow_up"][SUBJECT].duplicated().any()


@pytest.mark.parametrize("table", ["scores", "sessions"])
def test_rows_are_in_no_order_and_keys_unique(tables, table):
    frame = tables[table]
    assert not frame.duplicated([SUBJECT, DAY]).any()
    neighbours = (frame[SUBJECT].diff() == 0).mean()
    assert neighbours < 0.02
    assert abs(frame[DAY].autocorr()) < 0.05


def test_text_identifiers_name_the_same_subjects(tables, tmp_path):
    text = written(tmp_path, id_kind="text")
    numbers = text["scores"][SUBJECT].str.removeprefix("S").astype(int)
    pd.testing.assert_series_equal(numbers, tables["scores"][SUBJECT], check_dtype=False)
    pd.testing.assert_series_equal(text["scores"][SCORE], tables["scores"][SCORE])


def test_blocks_cover_all_subjects_once(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark, "BLOCK_SUBJECTS", 300)
    tables = written(tmp_path, subjects=1001, scores_per_subject=3, sessions_per_subject=2)
    assert sorted(tables["subjects"][SUBJECT]) == list(range(1, 1002))
    assert len(tables["scores"]) == 3003
    first_block = tables["subjects"][SUBJECT].iloc[:300]
    assert first_block.min() < 20
    assert first_block.max() > 980


def test_courses_responses_relapses_and_boosters_occur(tables):
    scores = tables["scores"].sort_values([SUBJECT, DAY])
    baseline = scores.groupby(SUBJECT)[SCORE].first()
    improvement = 1 - scores[SCORE] / scores[SUBJECT].map(baseline)
    responded = improvement.ge(0.5).groupby(scores[SUBJECT]).cummax()
    ends = find_course_ends(tables["sessions"])
    assert ends.between(6, 35).all()
    assert 0.4 < responded.groupby(scores[SUBJECT]).max().mean() < 0.95
    relapsed = (responded & scores[SCORE].ge(22)).groupby(scores[SUBJECT]).max()
    assert 0.3 < relapsed.mean() < 0.9
    assert (tables["sessions"][DAY] > tables["sessions"][SUBJECT].map(ends)).mean() > 0.2


def test_scores_on_a_session_day_are_before_the_dose(tables):
    keys = pd.MultiIndex.from_frame(tables["sessions"][[SUBJECT, DAY]])
    at_session = pd.MultiIndex.from_frame(tables["scores"][[SUBJECT, DAY]]).isin(keys)
    np.testing.assert_array_equal(tables["scores"][TIMING] == "pre-dose", at_session)


def test_follow_up_covers_every_row(tables):
    end = tables["follow_up"].set_index(SUBJECT)[END_DAY]
    for name in ("scores", "sessions"):
        assert (tables[name][DAY] <= tables[name][SUBJECT].map(end)).all()


def test_the_carried_effect_is_that_of_the_latent_process():
    symptoms = Symptoms(wander_sd_points=0, recovery_share=0, slow_gain=0, onset_days=1e-9)
    person = draw_person(SimulationConfig(), np.random.default_rng(1))
    latent = draw_latent(person, symptoms, 365, np.random.default_rng(2))
    block = Block.draw(np.array([1]), 20, 8, np.random.default_rng(3))
    decay = np.full((1, 1), symptoms.fast_decay_days, dtype=np.float32)
    carried = carried_effect(block.sessions, block.visits, symptoms.fast_gain, decay)[0]
    severity = latent.severity(block.visits[0].astype(float), block.sessions[0].tolist())
    expected = (1 - severity / person.baseline) / person.responsiveness
    # Single precision against double.
    np.testing.assert_allclose(carried, expected, atol=1e-5)


def test_impossible_requests_are_refused(tmp_path):
    with pytest.raises(UsageError, match="id_kind"):
        benchmark_cohort(tmp_path, id_kind="uuid")
    with pytest.raises(UsageError, match="larger counts"):
        benchmark_cohort(tmp_path, scores_per_subject=1)
    assert list(tmp_path.iterdir()) == []
