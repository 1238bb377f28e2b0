"""SVG that may lie beside others in a page: labelled, its ids its own, its bytes fixed."""

import pytest
from support.drawing import risk, two_curves
from support.markup import parse

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import draw_curves_with_risk_table
from afterglow.figures.svg import figure_to_svg


def written(name="curves", title="Without relapse", description="Half remain."):
    ax = draw_curves_with_risk_table(two_curves(), risk(), ylabel="y", ax=new_axes(7, 5))
    return figure_to_svg(ax, name=name, title=title, description=description)


def test_it_is_an_image_with_a_label():
    page = parse(written())
    (svg,) = page.all("svg")
    assert svg["role"] == "img"
    assert svg["aria-labelledby"].split() == ["curves-title", "curves-desc"]
    assert page.texts("title") == ["Without relapse"]
    assert page.texts("desc") == ["Half remain."]


def test_ids_are_prefixed_used_and_unique():
    svg = written()
    ids = parse(svg).ids
    assert len(ids) == len(set(ids))
    assert all(one.startswith("curves-") for one in ids)
    drawn = [one for one in ids if one not in ("curves-title", "curves-desc")]
    assert drawn
    assert all(f"#{one}" in svg for one in drawn)


def test_every_reference_has_its_target():
    page = parse(written())
    targets = {attributes["xlink:href"][1:] for attributes in page.all("use")}
    assert targets <= set(page.ids)


def test_two_figures_share_no_id():
    first, second = (set(parse(written(name)).ids) for name in ("one", "two"))
    assert first
    assert not first & second


def test_nothing_is_kept_that_changes_or_leaks():
    svg = written()
    assert svg.startswith("<svg ")
    for unwanted in ("<!--", "<metadata", "<style", "<?xml", "<!DOCTYPE", "Matplotlib", "<script"):
        assert unwanted not in svg


def test_bytes_do_not_depend_on_the_users_settings():
    import matplotlib as mpl

    plain = written()
    with mpl.rc_context(
        {"font.size": 22.0, "svg.fonttype": "none", "savefig.dpi": 300, "axes.grid": True}
    ):
        assert written() == plain


def test_labels_cannot_become_markup():
    svg = written(title="</title><script>alert(1)</script>", description='" onload="x')
    page = parse(svg)
    assert "script" not in page.tags
    assert page.texts("title") == ["</title><script>alert(1)</script>"]


@pytest.mark.parametrize("name", ["", "Curves", "1st", "a b", 'a"b', "a_b"])
def test_a_name_that_cannot_be_an_id_is_refused(name):
    with pytest.raises(UsageError, match="lower-case"):
        written(name)
