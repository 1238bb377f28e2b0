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


def test_browser_reads_the_document_as_it_was_written(page, tmp_path):
    seen = browse(page, tmp_path, "--dump-dom").decode()
    written = page.read_text(encoding="utf-8")
    for tag in ("<table", "<figure", "<svg", "<h2", "<details"):
        assert seen.count(tag) == written.count(tag) > 0
