"""The folder of one report: page, results, every table and figure, plan and manifest."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from afterglow.plan.resolved import resolved_toml
from afterglow.report.blocks import Block, FigureBlock, FlowBlock, Page, Section, TableBlock
from afterglow.report.compose import compose
from afterglow.report.html import drawn_flow, render_page
from afterglow.study.manifest import listed_outputs, make_manifest, write_manifest
from afterglow.tables.safe_csv import frame_to_csv
from afterglow.whole_folder import whole_folder

if TYPE_CHECKING:
    from afterglow.study.run import Study

PAGE: Final = "index.html"

Files = dict[str, str]


def write_report(
    study: "Study", plan_text: str, folder: Path, *, internal: bool = False, member: str = ""
) -> None:
    """Write the report of a study; the folder appears whole or not at all.

    It holds ``index.html``, ``results.csv`` (every number, full precision), ``tables/*.csv``,
    ``figures/*.svg`` with the CSV of what each draws, ``plan.toml`` (as given),
    ``plan.resolved.toml`` (with every default) and ``manifest.json``. The same study gives the
    same bytes.

    Parameters
    ----------
    study : Study
    plan_text : str
        The plan as the user wrote it.
    folder : Path
        New, empty, or a folder that an earlier report left.
    internal : bool
        Mark every page INTERNAL.
    member : str
        Which part of a batch it is, such as "site_id = A"; "" for a whole cohort.

    Raises
    ------
    UsageError
        The folder holds other files, or cannot be written.
    """
    page, files = _parts(_marked(compose(study, internal=internal), member=member))
    files |= {
        PAGE: render_page(page),
        "results.csv": frame_to_csv(study.results.table),
        "plan.toml": plan_text,
        "plan.resolved.toml": resolved_toml(study.plan),
    }
    with whole_folder(folder, listed_outputs) as new:
        for name, text in files.items():
            path = new / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        manifest = make_manifest(
            new,
            command="report",
            plan_text=plan_text,
            seed=study.plan.seed,
            data=study.cohort.hashes,
            internal=internal,
            member=member,
        )
        write_manifest(new, manifest)


def _marked(page: Page, *, member: str) -> Page:
    facts = (("Part", member), *page.facts) if member else page.facts
    return replace(page, facts=facts)


def _parts(page: Page) -> tuple[Page, Files]:
    """Return the page with a link at each table and figure, and the files linked to."""
    files: Files = {}

    def taken_apart(block: Block) -> Block:
        if isinstance(block, TableBlock):
            name = f"tables/{block.name}.csv"
            files[name] = block.table.to_csv()
            return replace(block, download=name)
        if isinstance(block, FlowBlock):
            block = drawn_flow(block)
        if isinstance(block, FigureBlock):
            return _with_files(block, files)
        return block

    return _mapped(page, taken_apart), files


def _with_files(block: FigureBlock, files: Files) -> FigureBlock:
    drawing, numbers = f"figures/{block.name}.svg", f"figures/{block.name}.csv"
    files[drawing] = block.svg
    drawn = block.points or block.data
    if drawn is None:
        return replace(block, download=drawing)
    files[numbers] = drawn.to_csv()
    return replace(block, download=numbers)


def _mapped(page: Page, change: Callable[[Block], Block]) -> Page:
    def section(part: Section) -> Section:
        blocks = tuple(change(block) for block in part.blocks)
        return replace(part, blocks=blocks, sections=tuple(section(p) for p in part.sections))

    summary = tuple(change(block) for block in page.summary)
    return replace(page, summary=summary, sections=tuple(section(p) for p in page.sections))
