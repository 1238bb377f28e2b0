"""The section on warnings: by analysis, each once, with what it means and the way out."""

import ast

import pytest
from support.demo_setting import with_analyses
from support.markup import parse
from support.source_tree import MODULES, tree_of
from support.studies import ENDS, tiny_cohort, tiny_plan

from afterglow.plan.multistate_analyses import TransitionModelsAnalysis
from afterglow.report.blocks import Code, Ref, Strong, WarningList
from afterglow.report.compose import THEMES, compose
from afterglow.report.html import render_page
from afterglow.report.parts import warnings
from afterglow.report.themes import ORDER, in_reading_order
from afterglow.report.warning_words import MEANING, meaning
from afterglow.study.run import run

NAIVE = """
[analysis.{name}]
of = "relapse"
estimator = "kaplan_meier"
naive = true
"""
MODELS_OF_ONE = """
[analysis.moves]
estimator = "transition_models"
endpoint = "response"
population = "one"
terms = [{ column = "age", per = 10 }]
fewest_events = 1
"""
LATE = "rows of scores lie after the end of their subject's follow-up and are not used"


def lists_of(study):
    return [block for block in warnings.section(study).blocks if isinstance(block, WarningList)]


def words_of(sentence):
    pieces = (sentence,) if isinstance(sentence, str) else sentence
    return "".join(getattr(piece, "text", getattr(piece, "name", piece)) for piece in pieces)


@pytest.fixture(scope="module")
def twice():
    return run(tiny_plan(NAIVE.format(name="one") + NAIVE.format(name="two")), tiny_cohort())


@pytest.fixture(scope="module")
def moves():
    asked = {
        "estimator": "transition_models", "endpoint": "response", "population": "evaluable",
        "terms": [{"column": "age", "per": 10}], "fewest_events": 30,
    }  # fmt: skip
    return with_analyses({"moves": TransitionModelsAnalysis.model_validate(asked)})[0].study


def test_what_analyses_share_is_said_once_with_where(twice):
    several = next(block for block in lists_of(twice) if block.about == warnings.SEVERAL)
    naive = [item for item in several.items if words_of(item).startswith("Naive: ")]
    assert len(naive) == 1
    assert {piece.name for piece in naive[0] if isinstance(piece, Ref)} >= {
        "analysis-one", "analysis-two",
    }  # fmt: skip
    text = parse(render_page(compose(twice))).text
    assert text.count("The curve shows a world in which nobody has those events.") == 1


def test_every_warning_of_the_run_stands_under_its_analysis(twice, moves):
    for study in (twice, moves):
        shown = [words_of(item).casefold() for block in lists_of(study) for item in block.items]
        for words in study.warnings["warning"]:
            assert sum(text.startswith(words.casefold()) for text in shown) == 1


def test_rare_moves_are_one_warning_in_words_with_their_counts(moves):
    (own,) = lists_of(moves)
    (rare,) = [item for item in own.items if "too few for a model" in words_of(item)]
    text = words_of(rare)
    assert text.startswith("Made fewer than 30 times, which is too few for a model. ")
    assert "from relapse to ECT (1\u00a0move)" in text
    assert " ect" not in text
    assert Code("fewest_events") in rare
    table = moves.results.select(statistic_name="hazard_ratio", term="")
    assert text.count("\u00a0move") == len(table) > 3


def test_a_warning_on_the_cohort_counts_its_rows():
    early = {**ENDS, "A1": (20, "administrative")}
    ends = [(name, *end) for name, end in early.items()]
    study = run(tiny_plan(), tiny_cohort(follow_up=ends))
    block = next(block for block in lists_of(study) if block.about == warnings.COHORT)
    assert words_of(block.items[0]).casefold().startswith(f"{LATE} (1\u00a0row).")


def test_a_reason_from_an_estimator_ends_with_one_full_stop():
    one = '[population.one]\nfilters = [{ column = "age", at_least = 60 }]\n' + MODELS_OF_ONE
    study = run(tiny_plan(one), tiny_cohort())
    assert study.warnings["warning"].str.contains("does not vary in these rows").any()
    assert not study.warnings["warning"].str.endswith(".").any()
    assert ".." not in " ".join(words_of(item) for block in lists_of(study) for item in block.items)


def test_the_way_out_names_keys_of_the_plan_as_such():
    pieces = meaning("fewer than 10 at risk on a day for which an estimate is given")
    assert Code("at_days") in pieces
    assert meaning("some words that say the way out themselves") == ()
    assert not any("`" in getattr(piece, "text", piece) for piece in pieces)


def test_a_beginning_of_a_warning_is_told_once():
    starts = list(MEANING)
    assert not any(a != b and a.startswith(b) for a in starts for b in starts)


def test_the_order_of_themes_names_every_theme(twice):
    assert set(ORDER) == set(THEMES)
    assert len(in_reading_order(twice)) == len(twice.plan.analysis)


def test_a_warning_stands_out_from_what_it_means(twice):
    items = [item for block in lists_of(twice) for item in block.items]
    assert all(isinstance(item[0], Strong) for item in items)


def beginnings():
    """How every text of estimators and studies begins, up to what is filled in."""
    trees = [tree_of(path) for path in MODULES if path.parent.parts[-1] != "report"]
    texts = (
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)
    )
    return {text.split("{")[0] for text in texts if isinstance(text, str) and " " in text}


@pytest.fixture(scope="module")
def known():
    return beginnings()


@pytest.mark.parametrize("start", MEANING)
def test_what_is_explained_can_happen(known, start):
    long = (text for text in known if len(text) >= len("rows of "))
    assert any(text.startswith(start) or start.startswith(text) for text in long)
