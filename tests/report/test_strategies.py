"""Every strategy in the report: one figure, one paragraph, one table, and the rules' choices."""

from types import SimpleNamespace

import pytest
from support.demo_setting import NAME, read_demo, shown

from afterglow.plan.analyses import AalenJohansenAnalysis
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis
from afterglow.report import strategy_paragraph
from afterglow.report.analysis_rows import all_analyses
from afterglow.report.blocks import FigureBlock, Prose, Ref
from afterglow.report.presentations import finding, presentation
from afterglow.report.strategy_words import strategies_shown
from afterglow.report.themes import theme_of
from afterglow.study.run import run
from afterglow.study.strategy_weighted import OUTSIDE
from afterglow.tables.format import NBSP

BASE = {
    "estimator": "strategy_comparison",
    "endpoint": "relapse",
    "population": "evaluable",
    "at_days": (28.0, 56.0),
}
DAY = 56.0


@pytest.fixture(scope="module")
def rows():
    return shown(StrategyComparisonAnalysis(**BASE))


@pytest.fixture(scope="module")
def blocks(rows):
    return [block for block in presentation(rows).blocks(rows) if block is not None]


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def free(rows, group: str) -> float:
    return rows.value("free_of_event", group=group, day=DAY)


def test_one_figure_one_paragraph_and_two_tables(rows, blocks):
    names = [getattr(block, "name", "") for block in blocks]
    own = f"analysis-{NAME}"
    assert names == [f"{own}-strategies", "", f"{own}-table", f"{own}-choices"]
    assert isinstance(blocks[0], FigureBlock)
    assert isinstance(blocks[1], Prose)
    assert len(blocks[1].paragraphs) == 1
    assert theme_of(rows) == "strategies"


def test_the_finding_holds_the_range_and_its_denominator(rows):
    words = finding(rows).replace(NBSP, " ")
    shares = [free(rows, group) for group in strategies_shown(rows)]
    assert shares == sorted(shares, reverse=True)
    assert f"between {percent(min(shares))} (composite) and {percent(max(shares))}" in words
    assert f"of {rows.value('n', group='competing'):.0f} subjects had not relapsed" in words
    assert words.endswith(".")


def test_the_paragraph_says_why_from_the_rows(rows, blocks):
    words = blocks[1].paragraphs[0].replace(NBSP, " ")
    first = rows.value("n_came_first", term="booster", day=DAY)
    assert f"{first:.0f} were given a booster first" in words
    own = rows.value("last_score_mean", level="concerned", day=DAY)
    others = rows.value("last_score_mean", level="others at risk", day=DAY)
    assert f"The last MADRS before was {own:.1f} on average" in words
    assert f"had {others:.1f} (difference" in words
    assert "So those given a booster were nearer to relapse than the others." in words
    waiting = rows.value("n_affected", term="session_while_pending", section="sensitivity")
    assert f"of the first cycle, {waiting:.0f} boosters came while a score" in words
    worst, best = rows.value("worst_case", day=DAY), rows.value("best_case", day=DAY)
    assert f"would have lain between {percent(worst)} and {percent(best)}" in words
    for group in strategies_shown(rows):
        assert f"({percent(free(rows, group))})" in words
    assert "The plan has no primary analysis of this endpoint" in words


def test_the_table_has_a_line_per_strategy_and_the_bounds(rows, blocks):
    table = blocks[2].table
    lines = [" | ".join(map(str, line.cells)) for g in table.groups for line in g.rows]
    labels = [line.partition(" | ")[0] for line in lines]
    assert labels == [
        "Competing",
        "",
        "Treatment policy",
        "Hypothetical, naive",
        "Composite",
        "Worst to best case",
    ]
    worst, best = rows.value("worst_case", day=DAY), rows.value("best_case", day=DAY)
    assert f"{100 * worst:.1f} to {100 * best:.1f}" in lines[-1]
    assert "Share with neither relapse nor a booster" in lines[4]


def test_the_choices_stand_beside_each_other(rows, blocks):
    table = blocks[3].table
    assert [group.label for group in table.groups] == [
        "A run still open at the end of follow-up",
        "A session while a run waits for confirmation",
        "Gap that ends the course",
    ]
    cells = [line.cells for group in table.groups for line in group.rows]
    assert sum("(plan)" in str(line[0]) for line in cells) == 3
    planned = next(line for line in cells if "10 days (plan)" in str(line[0]))
    assert [str(cell) for cell in planned[1:]] == [
        f"{100 * free(rows, group):.1f}" for group in strategies_shown(rows)
    ]


def test_the_figure_says_what_it_shows(rows, blocks):
    figure = blocks[0]
    assert "worst case" in figure.caption
    assert figure.alt.startswith("Free of the event on day")
    assert percent(free(rows, "competing")) in figure.alt.replace(NBSP, " ")
    assert len(figure.data.groups[0].rows) == 4
    assert len(figure.points.groups[0].rows) == len(rows.rows("free_of_event", "curve"))


def test_the_methods_name_the_conventions(rows):
    (words,) = presentation(rows).methods([rows])
    assert "Peterson's bounds" in words
    assert "varied for booster" in words


def test_nobody_given_anything_is_said():
    quiet = shown(StrategyComparisonAnalysis(**{**BASE, "vary": ("death",)}))
    words = finding(quiet).replace(NBSP, " ")
    assert "under every strategy: no death came first" in words
    paragraph = next(b for b in presentation(quiet).blocks(quiet) if isinstance(b, Prose))
    assert "every strategy sees the same data" in paragraph.paragraphs[0]


def test_several_kinds_are_told_together():
    both = shown(StrategyComparisonAnalysis(**{**BASE, "vary": ("booster", "switch")}))
    assert "depending on what a booster or a switch of treatment is taken" in finding(both)
    table = next(b for b in presentation(both).blocks(both) if getattr(b, "table", None)).table
    cells = [str(cell) for group in table.groups for line in group.rows for cell in line.cells]
    assert "Share with neither relapse nor a booster or a switch of treatment" in cells


def says_why_naive_figures_differ(rows, other, sentence) -> None:
    """Whom the weighted estimate stands on, and what each step between naive figures is."""
    words = "".join("Section" if isinstance(piece, Ref) else piece for piece in sentence)
    words = words.replace(NBSP, " ")
    group = "hypothetical, weighted"
    n, every = rows.value("n", group=group), rows.value("n", group="competing")
    unseen = rows.value("n_without_time_at_risk", group=group)
    assert n + unseen == every
    assert f"stands on {n:.0f} of the {every:.0f} subjects; left to the weights alone: " in words
    assert f"the other {unseen:.0f}, without such a visit while at risk" in words
    assert f"stands on {n:.0f} of them." in finding(rows)
    plain = percent(rows.value("free_without_weights", group=group, day=DAY))
    naive, weighted = percent(free(rows, "hypothetical, naive")), percent(free(rows, group))
    assert f"the step from {naive} to {plain} comes from this, and from ending" in words
    assert f"that from {plain} to {weighted} comes from the weights." in words
    alone = percent(other.value("naive_incidence", term="relapse", day=DAY))
    assert f"“Alone” (Section) has another naive figure, {alone} with relapse" in words
    assert Ref(other.anchor) in sentence


def test_a_weighted_analysis_stands_among_them_and_says_how_it_differs():
    plan, cohort = read_demo()
    weights = WeightedKaplanMeierAnalysis(
        **{**BASE, "estimator": "weighted_kaplan_meier"},
        naive=True, resamples=100, label="With weights",
    )  # fmt: skip
    alone = AalenJohansenAnalysis(**{**BASE, "estimator": "aalen_johansen"}, label="Alone")
    asked = {
        "asked": StrategyComparisonAnalysis(**BASE, weighted="weights"),
        "weights": weights,
        "alone": alone,
    }
    every = all_analyses(run(plan.model_copy(update={"analysis": asked}), cohort))
    rows = every[0]
    blocks = [block for block in presentation(rows).blocks(rows) if block is not None]
    says_why_naive_figures_differ(rows, every[2], blocks[1].paragraphs[1])
    assert strategies_shown(rows).index("hypothetical, weighted") == 3
    table = blocks[2].table
    labels = [str(line.cells[0]) for group in table.groups for line in group.rows]
    assert "Hypothetical, weighted" in labels
    notes = " ".join(table.footnotes)
    assert "The weights are judged under “With weights”" in notes
    assert "death, ECT, switch of treatment and withdrawal end the watch, unlike" in notes
    value = percent(free(rows, "hypothetical, weighted"))
    words = blocks[1].paragraphs[0].replace(NBSP, " ")
    assert f"the weighted one lets others with alike scores stand in for them ({value})" in words
    heads = [column.header for column in blocks[3].table.columns]
    assert heads[1:] == [
        "Competing (best case)",
        "Treatment policy",
        "Hypothetical, naive",
        "Hypothetical, weighted",
        "Composite (worst case)",
    ]


def test_a_primary_analysis_of_another_population_is_told_as_that():
    plan, cohort = read_demo()
    first = AalenJohansenAnalysis(
        **{**BASE, "estimator": "aalen_johansen", "population": "anxious"}, role="primary"
    )
    asked = {"asked": StrategyComparisonAnalysis(**BASE), "first": first}
    rows = all_analyses(run(plan.model_copy(update={"analysis": asked}), cohort))[0]
    assert "competing, which the plan named as primary in another population, gives" in finding(
        rows
    )
    paragraph = next(b for b in presentation(rows).blocks(rows) if isinstance(b, Prose))
    assert "That analysis is of another population (GAD-7 10 or more" in paragraph.paragraphs[0]


@pytest.mark.parametrize(
    ("value", "warning", "wanted"),
    [
        (0.5, "", ""),
        (0.3, "", "lies outside, as it ends the watch at death too."),
        (0.3, OUTSIDE, "the weights do not fit these data"),
    ],
)
def test_a_weighted_estimate_outside_the_bounds_is_explained(monkeypatch, value, warning, wanted):
    row = SimpleNamespace(estimate=value, warning=warning)
    own = SimpleNamespace(at_days=(DAY,))
    rows = SimpleNamespace(one=lambda *_, **__: row, analysis=own)
    monkeypatch.setattr(strategy_paragraph, "weighted_apart", lambda _: ["death"])
    said = strategy_paragraph.outside_words(rows, 0.4, 0.6)
    assert wanted in said if wanted else said == ""
