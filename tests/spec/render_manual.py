"""Write analysis/ENDPOINTS.md from the cases of the specification: python tests/spec/render_manual.py."""

import importlib.util
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "analysis" / "ENDPOINTS.md"
DRAWINGS = "timelines"
for folder in (ROOT / "analysis", ROOT / "tests"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from pydantic import BaseModel  # noqa: E402
from pydantic_core import PydanticUndefined  # noqa: E402
from support.spec import Case, Rule, cohort_in, plan_in  # noqa: E402
from support.text_table import text_table  # noqa: E402

from afterglow.figures.canvas import new_figure  # noqa: E402
from afterglow.figures.style import DOUBLE_COLUMN  # noqa: E402
from afterglow.figures.svg import figure_to_svg  # noqa: E402
from afterglow.figures.timeline import draw_timeline, timeline_height  # noqa: E402
from afterglow.plan.endpoints import (  # noqa: E402 the path above comes first
    Durability,
    Latency,
    RapidResponse,
    Relapse,
    Response,
    SustainedResponse,
)
from afterglow.plan.timeline import BaselineRule, CourseRule, FollowUpRule  # noqa: E402
from afterglow.study.derive import derive  # noqa: E402

SECTIONS = {"baseline": BaselineRule, "course": CourseRule, "follow_up": FollowUpRule}
KINDS = {
    "endpoint": Relapse,
    "response": Response,
    "relapse": Relapse,
    "durability": Durability,
    "latency": Latency,
    "rapid_response": RapidResponse,
    "sustained_response": SustainedResponse,
}
PROSE = ("shows", "cause", "reason", "event", "session", "timing", "endpoint")


def rules() -> list[Rule]:
    """Every rule of the specification, in order."""
    found = [_rule(file) for file in sorted(HERE.glob("test_rule_*.py"))]
    return sorted(found, key=lambda rule: rule.number)


def _rule(file: Path) -> Rule:
    spec = importlib.util.spec_from_file_location(f"manual_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RULE


def render() -> str:
    """The page, as Markdown."""
    opening, closing = (
        (HERE / f"manual_{part}.md").read_text(encoding="utf-8").strip()
        for part in ("opening", "closing")
    )
    listed = rules()
    contents = "\n".join(f"{rule.number}. [{rule.title}](#{_anchor(rule)})" for rule in listed)
    parts = [opening, f"## The rules\n\n{contents}", *map(_chapter, listed), closing]
    return "\n\n".join(parts) + "\n"


def _anchor(rule: Rule) -> str:
    words = f"{rule.number} {rule.title}".lower()
    return "".join(c if c.isalnum() else "-" for c in words if c.isalnum() or c == " ")


def _chapter(rule: Rule) -> str:
    parts = [
        f"## {rule.number}. {rule.title}",
        rule.says.strip(),
        f"**Why.** {rule.why.strip()}",
        _keys(rule.keys),
        "The plan of these examples:",
        _toml(rule.plan),
    ]
    place = rule.cases.index(drawn(rule)) + 1
    parts.append(
        f"![{rule.cases[place - 1].shows}]({DRAWINGS}/{_drawing(rule)})\n\n*Example {rule.number}.{place}, drawn.*"
    )
    parts += [_example(rule, place, case) for place, case in enumerate(rule.cases, start=1)]
    return "\n\n".join(parts)


def drawn(rule: Rule) -> Case:
    """The case of a rule that is drawn: the one with most moments."""
    return max(rule.cases, key=lambda case: len(text_table(case.moments)))


def _drawing(rule: Rule) -> str:
    return f"rule-{rule.number:02d}.svg"


def drawings() -> dict[str, str]:
    """The drawn example of every rule, by the name of its file."""
    return {_drawing(rule): _drawn_case(rule, drawn(rule)) for rule in rules()}


def _drawn_case(rule: Rule, case: Case) -> str:
    cohort = cohort_in(case)
    rows = derive(cohort, plan_in(rule, case)).rows
    figure = new_figure(DOUBLE_COLUMN, timeline_height(cohort.scores, rows))
    draw_timeline(
        cohort.scores, rows, sessions=cohort.sessions, events=cohort.events, figure=figure
    )
    name = _drawing(rule).removesuffix(".svg")
    return figure_to_svg(figure, name=name, title=rule.title, description=case.shows)


def _example(rule: Rule, place: int, case: Case) -> str:
    parts = [f"**{rule.number}.{place}** {case.shows}"]
    if case.plan:
        parts += ["Changed in the plan:", _toml(case.plan)]
    parts += [_markdown(text_table(case.moments)), _markdown(text_table(case.rows), code=True)]
    return "\n\n".join(parts)


def _toml(text: str) -> str:
    lines = dedent(text).strip().splitlines()
    shown = [_left_out(line) if line.endswith('= ""') else line for line in lines]
    return "\n".join(["```toml", *shown, "```"])


def _left_out(line: str) -> str:
    return f"# without {line.partition(' =')[0].strip()}"


def _markdown(rows: list[dict[str, str]], *, code: bool = False) -> str:
    names = list(rows[0])
    header = [f"`{name}`" if code else name for name in names]
    rule = ["---" if name in PROSE else "--:" for name in names]
    body = [[row[name] for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *body))


def _keys(keys: tuple[str, ...]) -> str:
    if not keys:
        return "No key: this always holds."
    lines = [line for key in keys for line in _key_lines(key)]
    return "\n".join(["| key | default | what it sets |", "| --- | --- | --- |", *lines])


def _key_lines(entry: str) -> list[str]:
    path, _, words = entry.partition(": ")
    owner, name = path.split(".")
    model = (SECTIONS | KINDS)[owner]
    where = f"[{owner}]" if owner in SECTIONS else _of_kind(owner)
    field = model.model_fields[name]
    if isinstance(field.default, BaseModel):
        nested = type(field.default).model_fields
        return [
            _line(f"{where} `{name}.{key}`", part.default, part.description)
            for key, part in nested.items()
        ]
    default = field.get_default(call_default_factory=True)
    if name == "intercurrent":
        default = model._defaults
    return [_line(f"{where} `{name}`", default, words or field.description)]


def _of_kind(owner: str) -> str:
    return "[endpoint.NAME]" if owner == "endpoint" else f"[endpoint.NAME], kind {owner},"


def _line(key: str, default: Any, words: str | None) -> str:
    if not words:
        raise ValueError(f"{key} needs words: give them after a colon in the rule's keys")
    return f"| {key} | {_value(default)} | {words} |"


def _value(value: Any) -> str:
    if value is PydanticUndefined:
        return "to be given"
    if value is None or value in ((), {}):
        return "none"
    return f"`{_literal(value)}`"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_literal(item)}' for key, item in value.items())} }}"
    return f"{value:g}" if value < 10**6 else "any"


def main() -> None:
    """Write the page and its drawings."""
    PAGE.write_text(render(), encoding="utf-8")
    folder = PAGE.parent / DRAWINGS
    folder.mkdir(exist_ok=True)
    for name, svg in drawings().items():
        (folder / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
