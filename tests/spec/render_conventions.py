"""Write analysis/CONVENTIONS.md from the conventions that reports show: python tests/spec/render_conventions.py."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "analysis" / "CONVENTIONS.md"
if str(ROOT / "analysis") not in sys.path:
    sys.path.insert(0, str(ROOT / "analysis"))

from afterglow.report.agreement import conventions  # noqa: E402 the path above comes first

HEAD = """# Conventions

Programs that estimate the same thing differ in the points below. This is what was chosen, with the call of R that does the same. A report
prints those of its own methods in its appendix, beside the table of agreement with R. Written by `make manual` from
`afterglow/report/conventions.toml`.
"""


def render() -> str:
    """The page, as Markdown."""
    parts = [HEAD]
    for one in conventions():
        whom = ", ".join(f"`{name}`" for name in one.estimators) or "all estimators"
        equals = f" In R: `{one.equals}`." if one.equals else ""
        parts.append(f"## {one.topic}\n\n{one.rule}{equals}\n\nConcerns {whom}.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
