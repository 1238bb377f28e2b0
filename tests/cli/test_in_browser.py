"""The rendered report opens in a browser without a network: wide, narrow and printed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from afterglow.cli.app import main

PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
PDF_READER = shutil.which("pdftotext")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
PNG_HEADER = b"\x89PNG\r\n\x1a\n"

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "demo"
    assert main(["report", str(PLAN), "-o", str(folder)]) == 0
    return folder / "index.html"


def browse(page: Path, tmp_path: Path, *options: str) -> bytes:
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    done = subprocess.run(
        [str(BROWSER), *OPTIONS, profile, *options, page.as_uri()],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return done.stdout


@pytest.mark.parametrize("width", [420, 1100])
def test_page_is_drawn(page, tmp_path, width):
    picture = tmp_path / "page.png"
    browse(page, tmp_path, f"--screenshot={picture}", f"--window-size={width},3000")
    content = picture.read_bytes()
    assert content.startswith(PNG_HEADER)
    assert len(content) > 40_000


def test_page_prints(page, tmp_path):
    printed = tmp_path / "page.pdf"
    browse(page, tmp_path, f"--print-to-pdf={printed}")
    content = printed.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= 10


@pytest.fixture(scope="module")
def printed_pages(page, tmp_path_factory):
    """The text of every printed page, as lines."""
    if PDF_READER is None:
        pytest.skip("no pdftotext on this machine")
    folder = tmp_path_factory.mktemp("printed")
    browse(page, folder, "--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}")
    text = subprocess.run(
        [PDF_READER, "-layout", folder / "page.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    found = [[line.strip() for line in text_.splitlines()] for text_ in text.split("\f")]
    return [[line for line in lines if line] for lines in found if any(lines)]


def test_the_first_printed_page_holds_the_contents_and_the_primary_result(printed_pages):
    words = " ".join(printed_pages[0]).casefold()
    for told in ("contents", "appendix", "figures, table and method"):
        assert told in words


def test_no_printed_page_begins_with_the_file_of_a_table_before(printed_pages):
    assert [lines[1] for lines in printed_pages if lines[1].startswith("Data:")] == []


def test_every_printed_page_says_what_the_data_are(printed_pages):
    assert all("Synthetic data" in lines[0] for lines in printed_pages)


def test_browser_reads_the_document_as_it_was_written(page, tmp_path):
    seen = browse(page, tmp_path, "--dump-dom").decode()
    written = page.read_text(encoding="utf-8")
    for tag in ("<table", "<figure", "<svg", "<h2", "<details"):
        assert seen.count(tag) == written.count(tag) > 0
