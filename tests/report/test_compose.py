"""The whole report of eight subjects: which parts it has, and where each number comes from."""

import hashlib
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.accounts import counted_cohort
from support.markup import parse
from support.plan_text import RESPONSE, plan_of_text
from support.studies import tiny_cohort, tiny_plan

from afterglow.cohort.metadata import CohortMetadata
from afterglow.names import ARM
from afterglow.plan.resolved import resolved_toml
from afterglow.report.blocks import FigureBlock, FlowBlock, TableBlock
from afterglow.report.compose import compose
from afterglow.report.html import render_page
from afterglow.study.results import NUMBER_COLUMNS
from afterglow.study.run import run
from afterglow.tables.parts import Parts
from afterglow.version import VERSION

ROOT = Path(__file__).parents[2]
EVERYTHING = """
[endpoint.remission]
kind = "remission"
instrument = "MADRS"
score_at_most = 12

[endpoint.durability]
kind = "durability"
instrument = "MADRS"
score_at_least = 22

[endpoint.booster]
kind = "booster"

[endpoint.relapse_to_booster]
kind = "latency"

[analysis.response_rate]
estimator = "proportion"
endpoint = "response"
by = "arm"
at_days = [8, 22]
window_days = 1
missing = ["observed", "non-responder", "last-observation", "best-case", "worst-case"]

[analysis.ever]
role = "exploratory"
estimator = "proportion"
endpoint = "response"

[analysis.time_to_response]
estimator = "aalen_johansen"
endpoint = "response"
by = "arm"
at_days = [8, 15]

[analysis.composite]
of = "relapse"
estimator = "kaplan_meier"
strategy = { booster = "event" }

[analysis.naive]
of = "relapse"
estimator = "kaplan_meier"
naive = true

[analysis.end_of_response]
estimator = "kaplan_meier"
endpoint = "durability"

[analysis.test]
estimator = "logrank"
endpoint = "durability"
by = "arm"

[analysis.next_booster]
estimator = "aalen_johansen"
endpoint = "booster"
at_days = [14]

[analysis.latency]
estimator = "aalen_johansen"
endpoint = "relapse_to_booster"
at_days = [7]
"""
THEMES = {
    "Subjects",
    "Relapse",
    "Sensitivity of the primary result",
    "Response and remission",
    "Time to response",
    "End of response",
    "Boosters",
    "Scores over time",
    "Treatment",
    "Definitions",
    "Methods",
    "Warnings",
    "Provenance",
    "Appendix",
}


@pytest.fixture(scope="module")
def study():
    return run(tiny_plan(EVERYTHING), counted_cohort())


@pytest.fixture(scope="module")
def page(study):
    return compose(study)


@pytest.fixture(scope="module")
def html(page):
    return render_page(page)


@pytest.fixture(scope="module")
def plain():
    """Without arm, sessions and events."""
    subjects = tiny_cohort().subjects.drop(columns=ARM)
    return run(tiny_plan(), counted_cohort(subjects=subjects, sessions=None, events=None))


def sections_of(parts):
    for part in parts:
        yield part
        yield from sections_of(part.sections)


def blocks_of(page):
    yield from page.summary
    for part in sections_of(page.sections):
        yield from part.blocks


def titles(page):
    return {part.title for part in page.sections}


def tables_of(page):
    for block in blocks_of(page):
        if isinstance(block, TableBlock):
            yield block.name, block.table
        if isinstance(block, FigureBlock):
            yield block.name, block.data
            if block.points is not None:
                yield block.name, block.points


def figures_of(page):
    return [block for block in blocks_of(page) if isinstance(block, FigureBlock)]


class TestParts:
    def test_everything_asked_for_is_there(self, page):
        assert titles(page) == THEMES

    def test_the_primary_theme_and_its_sensitivity_stand_before_the_others(self, page):
        order = [part.title for part in page.sections]
        assert order[:3] == ["Subjects", "Relapse", "Sensitivity of the primary result"]
        assert order[-5:] == ["Definitions", "Methods", "Warnings", "Provenance", "Appendix"]

    def test_what_the_data_do_not_hold_is_absent_and_said_in_a_sentence(self, plain):
        page = compose(plain)
        assert titles(page).isdisjoint({"Treatment", "Boosters", "Response and remission"})
        text = parse(render_page(page)).text
        assert "The cohort has no sessions and no clinical events" in text
        assert "booster" not in text.partition("Definitions")[2].partition("Methods")[0].lower()

    def test_without_an_analysis_the_cohort_is_described(self):
        page = compose(run(plan_of_text(RESPONSE), counted_cohort()))
        assert "lists no analysis" in parse(render_page(page)).text
        assert {"Subjects", "Definitions", "Provenance"} <= titles(page)

    def test_roles_are_marked(self, page):
        found = {part.title for part in sections_of(page.sections)}
        assert {"Relapse · primary", "Composite · sensitivity", "Ever · exploratory"} <= found
        assert "Response rate" in found

    def test_an_internal_report_says_so_first(self, study):
        assert not any(banner.alarm for banner in compose(study).banners)
        internal = compose(study, internal=True).banners[0]
        assert internal.alarm
        assert "INTERNAL" in internal.text

    @pytest.mark.parametrize(
        ("metadata", "words"),
        [
            ({"synthetic": True}, ["Synthetic data: simulated, no real person"]),
            ({"public": "Doe 2001"}, ["Public data: Doe 2001"]),
            ({}, []),
        ],
    )
    def test_a_public_or_synthetic_cohort_says_so(self, study, metadata, words):
        facts = replace(study.cohort, metadata=CohortMetadata(**metadata))
        banners = compose(replace(study, cohort=facts)).banners
        assert [banner.text for banner in banners] == words

    def test_a_suffix_ends_the_title(self, study):
        assert compose(study, title_suffix="Site A").title == f"{study.plan.title}: Site A"


class TestNumbers:
    def test_every_number_of_a_table_is_a_row_of_the_results(self, study, page):
        table = study.results.table
        known = {
            round(float(value), 12) for name in NUMBER_COLUMNS for value in table[name].dropna()
        }
        known |= {round(float(value), 12) for value in table["time_days"].dropna()}
        start_of_curves = {0.0, 1.0}
        sums = {
            round(float(total), 12)
            for keys in (["group", "term"], ["analysis", "group"])
            for total in table[table["section"].isin(["account", "flow"])]
            .groupby(keys)["estimate"]
            .sum()
        }
        seen = 0
        of_this_run = [(name, one) for name, one in tables_of(page) if name != "agreement"]
        for name, one in of_this_run:
            allowed = known | start_of_curves
            allowed |= sums if name in ("account", "set-aside") else set()
            for cell in numbers_of(one):
                seen += 1
                assert round(cell, 12) in allowed, name
        assert seen > 300

    def test_the_answer_says_the_primary_estimate(self, study, page):
        row = study.results.select(
            section="analysis", analysis="relapse", statistic_name="incidence", time_days=28.0
        )
        row = row[row["term"] == "relapse"].iloc[0]
        statement = page.summary[0].statement
        assert f"{row['estimate'] * 100:.1f}\u00a0%" in statement
        assert statement.startswith("By day\u00a028 after “Response”, ")
        assert "had relapsed" in statement
        n = study.results.select(section="analysis", analysis="relapse", statistic_name="n")
        assert f"of {int(n['estimate'].iloc[0])}\u00a0subjects" in statement

    def test_naive_curves_and_carried_scores_are_labelled(self, html):
        text = parse(html).text
        assert "Naive: competing events are counted as censored" in text
        assert "naive, one minus Kaplan–Meier" in text
        assert "For comparison only" in text

    def test_warnings_are_all_there(self, study, html):
        text = " ".join(parse(html).text.split()).casefold()
        for words in study.warnings["warning"]:
            assert words.casefold() in text


def numbers_of(table):
    for group in table.groups:
        for row in group.rows:
            for cell in row.cells:
                values = [value for _, value in cell.values] if isinstance(cell, Parts) else [cell]
                for value in values:
                    if not isinstance(value, str) and math.isfinite(value):
                        yield float(value)


class TestWords:
    def test_nothing_of_the_machine_shows(self, html):
        text = parse(html).text
        words = set(re.findall(r"[A-Za-z_]+", text))
        assert words.isdisjoint({"nan", "NaN", "None", "inf", "NaT"})
        told = parse(html).text.partition("Provenance")[0]
        codes = {"n_sessions", "site_id", "response_rate", "time_to_response", "score_at_least"}
        assert not any(code in told for code in codes)

    def test_no_subject_is_named(self, study, html):
        text = parse(html).text
        assert not any(re.search(rf"\b{name}\b", text) for name in ("A1", "A5", "B3"))

    def test_every_figure_states_a_number_of_its_finding(self, page):
        figures = figures_of(page)
        assert len(figures) >= 6
        for block in figures:
            assert re.search(r"\d", block.alt), block.name

    def test_a_figures_finding_is_in_the_results(self, study, page):
        table = study.results.table
        for block in figures_of(page):
            shares = [float(x) for x in re.findall(r"(−?\d+\.\d)\u00a0%", block.alt)]
            for share in shares:
                known = (table["estimate"] * 100 - share).abs() < 0.05 + 1e-9
                assert known.any(), block.alt

    def test_a_figure_says_what_its_pale_curves_mean(self, page):
        captions = [block.caption for block in figures_of(page) if "shaded:" in block.caption]
        assert captions
        assert all("paler: fewer than 10 at risk" in caption for caption in captions)

    def test_every_figure_has_its_numbers_below(self, page):
        assert all(block.data is not None for block in figures_of(page))
        assert any(isinstance(block, FlowBlock) for block in blocks_of(page))

    def test_defaults_are_marked_as_defaults(self, page):
        rules = next(table for name, table in tables_of(page) if name == "rules-endpoints")
        relapse = next(group for group in rules.groups if group.label == "Relapse")
        origin = {row.cells[0]: row.cells[2] for row in relapse.rows}
        assert origin["Condition"] == "plan"
        assert origin["Confirmation"] == "plan"
        assert origin["Run open at the end"] == "default"
        assert origin["Clock starts at"] == "default"

    def test_definitions_name_precedents_and_their_doubt(self, page):
        cutoffs = next(table for name, table in tables_of(page) if name == "cutoffs")
        words = {group.label: group.rows for group in cutoffs.groups}
        relapse = next(rows for label, rows in words.items() if label.startswith("MADRS is 22"))
        assert relapse[0].cells[0].startswith("SUSTAIN-1")
        assert relapse[0].cells[2] == "seen in the source"


class TestBytes:
    def test_every_link_leads_somewhere(self, html):
        read = parse(html)
        targets = {a["href"][1:] for a in read.all("a") if a["href"].startswith("#")}
        assert targets <= set(read.ids)
        assert len(read.ids) == len(set(read.ids))

    def test_the_same_page_whatever_hash_seed_zone_and_locale(self, html):
        script = (
            "import sys, hashlib; sys.path[:0] = sys.argv[1:]\n"
            "from support.studies import tiny_plan\n"
            "from support.accounts import counted_cohort\n"
            "from afterglow.report.compose import compose\n"
            "from afterglow.report.html import render_page\n"
            "from afterglow.study.run import run\n"
            "text = sys.stdin.read()\n"
            "page = render_page(compose(run(tiny_plan(text), counted_cohort())))\n"
            "print(hashlib.sha256(page.encode()).hexdigest())\n"
        )
        paths = [str(ROOT / "analysis"), str(ROOT / "tests")]
        other = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "1"}
        ended = subprocess.run(
            [sys.executable, "-c", script, *paths],
            input=EVERYTHING,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            env={**os.environ, **other},
        )
        assert ended.stdout.strip() == hashlib.sha256(html.encode()).hexdigest()


class TestProvenance:
    def test_page_one_names_plan_and_version(self, study, page):
        facts = dict(page.facts)
        whole = hashlib.sha256(resolved_toml(study.plan).encode()).hexdigest()
        assert facts["Plan"] == whole[:12]
        assert facts["Afterglow"] == VERSION
        assert "Data" not in facts

    def test_data_are_named_by_their_hashes(self, study):
        facts = replace(study.cohort, hashes={"scores.csv": "ab" * 32})
        found = compose(replace(study, cohort=facts))
        assert len(dict(found.facts)["Data"]) == 12
        assert "ab" * 32 in parse(render_page(found)).text

    def test_a_naive_curve_is_no_competing_analysis(self, page):
        naive = next(part for part in sections_of(page.sections) if part.title.startswith("Naive"))
        words = "".join(
            str(sentence) for block in naive.blocks[:1] for sentence in block.paragraphs
        )
        assert "compete with it" not in words
        assert "hypothetical" in words
