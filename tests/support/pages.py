"""A page with every kind of block, some of its labels hostile."""

from support.drawing import curve, risk, two_curves

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import draw_curves, draw_curves_with_risk_table
from afterglow.figures.flow import FlowStep, SetAside
from afterglow.figures.svg import figure_to_svg
from afterglow.report.blocks import (
    Banner,
    Code,
    DefinitionList,
    FigureBlock,
    FlowBlock,
    ItemList,
    KeyFinding,
    Page,
    Prose,
    Provenance,
    Ref,
    Section,
    Strong,
    TableBlock,
    WarningList,
)
from afterglow.tables.table import Column, Row, RowGroup, Table

HOSTILE = '<script>alert("1")</script>'
FORMULA = "=cmd()"


def table(caption="Rates"):
    return Table(
        caption=caption,
        columns=(Column(header=HOSTILE), Column(header="Rate", unit="%", spanner="Day 28")),
        groups=(
            RowGroup(label=HOSTILE, rows=(Row(cells=(FORMULA, 0.5), footnote=HOSTILE),)),
            RowGroup(rows=(Row(cells=("Placebo", HOSTILE)),)),
        ),
        footnotes=(HOSTILE,),
    )


def figure(name, *, at_risk=False):
    if at_risk:
        ax = draw_curves_with_risk_table(two_curves(), risk(), ylabel="y", ax=new_axes(7, 5))
    else:
        ax = draw_curves(curve(HOSTILE), ylabel=HOSTILE, ax=new_axes())
    return FigureBlock(
        name=name,
        svg=figure_to_svg(ax, name=name, title=HOSTILE, description=HOSTILE),
        caption=HOSTILE,
        alt="Half remain at day 28.",
        data=table("Numbers drawn"),
        download=f"figures/{name}.csv",
    )


def steps():
    return (
        FlowStep(label=HOSTILE, n=120, set_aside=(SetAside(reason=HOSTILE, n=3),)),
        FlowStep(label="Evaluable", n=117),
    )


def page(**changes):
    first = Section(
        name="subjects",
        title=HOSTILE,
        blocks=(
            Prose(paragraphs=(HOSTILE, ("See ", Ref("flow"), ", ", Strong("and "), Ref("curves")))),
            FlowBlock(name="flow", steps=steps()),
            TableBlock(name="rates", table=table(), download="tables/rates.csv"),
        ),
        sections=(
            Section(
                name="durability",
                title="Durability",
                blocks=(figure("curves", at_risk=True), figure("other")),
                sections=(Section(name="deep", title="Deeper", blocks=(WarningList(items=()),)),),
            ),
        ),
    )
    last = Section(
        name="methods",
        title="Methods",
        blocks=(
            DefinitionList(items=((HOSTILE, (Code(HOSTILE), " as in ", Ref("durability"))),)),
            ItemList(items=("Efron ties.", HOSTILE), numbered=True),
            WarningList(items=(HOSTILE, ("See ", Ref("rates"), "."))),
            Provenance(items=((HOSTILE, "9f86d081"), ("seed", "1"))),
        ),
    )
    parts = {
        "title": HOSTILE,
        "subtitle": "How long does response last?",
        "facts": (("Plan", HOSTILE),),
        "summary": (KeyFinding(statement=HOSTILE, detail=("See ", Ref("rates"))),),
        "sections": (first, last),
        "banners": (Banner(text='INTERNAL"; } * { color: red', alarm=True), Banner(text=HOSTILE)),
        "footer": HOSTILE,
    }
    return Page(**{**parts, **changes})
