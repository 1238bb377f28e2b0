"""The page is one file that needs nothing, says everything to everybody, and never changes."""

import hashlib
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from support import pages
from support.markup import parse

from afterglow.errors import UsageError
from afterglow.report.blocks import (
    Banner,
    FigureBlock,
    Index,
    IndexEntry,
    Prose,
    Ref,
    Section,
    TableBlock,
)
from afterglow.report.html import render_index, render_page

ROOT = Path(__file__).parents[2]
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


@pytest.fixture(scope="module")
def html():
    return render_page(pages.page())


@pytest.fixture(scope="module")
def read(html):
    return parse(html)


def test_ids_are_unique_and_every_link_inside_has_its_target(read):
    assert len(read.ids) == len(set(read.ids))
    targets = [a["href"][1:] for a in read.all("a") if a["href"].startswith("#")]
    assert len(targets) > 8
    assert set(targets) <= set(read.ids)


def test_headings_are_nested_without_gaps(read):
    levels = [int(tag[1]) for tag in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert max(levels) == 4
    assert all(lower - upper <= 1 for upper, lower in pairwise(levels))


def test_sections_tables_and_figures_are_numbered_in_reading_order(read):
    headings = read.texts("h2") + read.texts("h3") + read.texts("h4")
    assert [title.split()[0] for title in headings if title != "Contents"] == [
        "1",
        "2",
        "1.1",
        "1.1.1",
    ]
    captions = read.texts("caption") + read.texts("figcaption")
    numbered = [" ".join(c.split()[:2]) for c in captions if re.match(r"(Table|Figure) \d", c)]
    assert numbered == ["Table 1", "Figure 1", "Figure 2", "Figure 3"]


def test_references_read_as_the_number_of_their_target(read):
    links = dict(zip([a["href"] for a in read.all("a")], read.texts("a"), strict=True))
    assert links["#figure_curves"] == "Figure 2"
    assert links["#table_rates"] == "Table 1"
    assert links["#section_durability"] in ("1.1 Durability", "Section 1.1")


def test_every_table_has_a_caption_and_every_header_a_scope(read):
    assert read.tags.count("table") == read.tags.count("caption") == 4
    assert all("scope" in attributes for attributes in read.all("th"))
    places = [k for k, tag in enumerate(read.tags) if tag == "table"]
    assert all(read.tags[k + 1] == "caption" for k in places)


def test_every_drawing_is_an_image_with_a_label(read):
    drawings = read.all("svg")
    assert len(drawings) == 3
    for svg in drawings:
        assert svg["role"] == "img"
        assert set(svg["aria-labelledby"].split()) <= set(read.ids)


def test_the_page_has_its_landmarks(read):
    assert read.all("html")[0]["lang"] == "en"
    assert read.all("main") == [{"id": "main"}]
    assert read.texts("a")[0] == "Skip to the report"
    assert read.all("nav")[0]["aria-labelledby"] in read.ids
    scrolling = [a for t, a in read.elements if a.get("class") in ("table-block", "plot")]
    assert len(scrolling) == 7
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in scrolling)


def test_nothing_is_loaded_and_nothing_runs(html, read):
    assert not {"script", "link", "iframe", "img", "object", "embed", "base"} & set(read.tags)
    assert set(re.findall(r"https?://[^\s\"'<>]+", html)) <= NAMESPACES
    assert "@import" not in html
    assert not re.findall(r"url\((?!#)", html)
    assert not [n for _, a in read.elements for n in a if n.startswith("on")]
    assert "default-src 'none'" in read.all("meta")[2]["content"]


def test_hostile_labels_stay_text(html, read):
    assert pages.HOSTILE not in html
    assert read.text.count(pages.HOSTILE) > 15
    assert read.texts("title")[0] == pages.HOSTILE


def test_a_banner_cannot_leave_its_string_in_the_style_sheet(read):
    style = read.texts("style")[0]
    assert "color: red" not in style
    running = re.search(r'@top-center \{ content: "([^"]*)"; \}', style)[1]
    text = re.sub(r"\\([0-9a-f]{6})", lambda m: chr(int(m[1], 16)), running)
    assert text.startswith('INTERNAL"; } * { color: red')


def test_banners_stand_first(read):
    assert read.texts("p")[0].startswith("INTERNAL")
    assert read.all("p")[0]["class"] == "banner alarm"
    assert read.all("p")[1]["class"] == "banner"


def test_flow_is_told_in_words_and_in_a_table(read):
    assert any("117 remain (Evaluable); 3 were set aside." in text for text in read.texts("p"))
    assert "Remaining (n)" in read.texts("th")


def test_no_warnings_is_said(read):
    assert "No warnings." in read.texts("p")


def test_parts_that_share_a_name_are_refused():
    twice = Section(name="a", title="A", blocks=(TableBlock(name="a", table=pages.table()),))
    with pytest.raises(UsageError, match="Two parts of the page are named 'a'"):
        render_page(pages.page(sections=(twice,), summary=()))


def test_a_reference_that_leads_nowhere_is_refused():
    lost = Section(name="rates", title="A", blocks=(Prose(paragraphs=((Ref("rats"),),)),))
    with pytest.raises(UsageError, match="Did you mean 'rates'"):
        render_page(pages.page(sections=(lost,), summary=()))


def test_a_drawing_from_elsewhere_is_refused():
    foreign = FigureBlock(name="x", svg="<img src=x onerror=1>", caption="c", alt="a")
    section = Section(name="s", title="S", blocks=(foreign,))
    with pytest.raises(UsageError, match="figure_to_svg"):
        render_page(pages.page(sections=(section,), summary=()))


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "//elsewhere/x", "/root", "../up", "https://x.y", "a b"]
)
def test_links_stay_beside_the_page(href):
    with pytest.raises(UsageError, match="beside the page"):
        IndexEntry(label="x", href=href)
    with pytest.raises(UsageError, match="beside the page"):
        TableBlock(name="x", table=pages.table(), download=href)


def test_the_index_lists_every_report_and_says_what_failed():
    entries = (
        IndexEntry(label="Site 01", href="site-01/index.html", cells=(120, "20.1 %")),
        IndexEntry(label=pages.HOSTILE, status="scores.day: holds text", failed=True),
    )
    html = render_index(
        Index(title="Sites", entries=entries, columns=("n", "Relapse"), banners=(Banner(text="B"),))
    )
    page = parse(html)
    assert pages.HOSTILE not in html
    assert page.texts("td") == ["120", "20.1 %", "done", "–", "–", "scores.day: holds text"]
    assert [a["href"] for a in page.all("a")] == ["#main", "site-01/index.html"]
    assert "1 of 2 reports could not be made" in page.text
    assert page.tags.count("caption") == 1
    assert all("scope" in attributes for attributes in page.all("th"))


def test_an_index_without_failures_does_not_warn():
    page = parse(render_index(Index(title="Sites", entries=(IndexEntry(label="a"),))))
    assert "could not" not in page.text


RENDER = """
import locale, sys
from support import pages
from afterglow.report.html import render_page
locale.setlocale(locale.LC_ALL, "")
sys.stdout.buffer.write(render_page(pages.page()).encode())
"""


def rendered(tmp_path, **environment):
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("analysis", "tests"))
    done = subprocess.run(
        [sys.executable, "-c", RENDER],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    return hashlib.sha256(done.stdout).hexdigest(), done.stdout


def test_bytes_do_not_depend_on_where_and_when(tmp_path, html):
    settings = tmp_path / "matplotlibrc"
    settings.write_text(
        "font.size: 21\nfont.family: serif\nsvg.fonttype: none\naxes.grid: True\n"
        "axes.formatter.use_locale: True\nsavefig.bbox: tight\naxes.spines.top: True\n"
        "figure.constrained_layout.use: False\nlines.linewidth: 9\ntext.parse_math: True\n"
    )
    here, page = rendered(tmp_path, PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C.UTF-8")
    there, _ = rendered(
        tmp_path,
        PYTHONHASHSEED="77",
        TZ="Pacific/Auckland",
        LC_ALL="C",
        MATPLOTLIBRC=str(settings),
        MPLBACKEND="pdf",
        SOURCE_DATE_EPOCH="86400",
    )
    assert page.decode() == html
    assert here == there
