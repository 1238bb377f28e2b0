"""A small reader of HTML for tests: tags in order, attributes, ids and texts."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link", "path", "use"}


class Markup(HTMLParser):
    """Records what a page holds; fails on tags that do not match."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.parents: list[tuple[str, ...]] = []
        self._open: list[tuple[str, int]] = []
        self._texts: dict[int, str] = {}
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self._record(tag, attrs)
        if tag not in VOID:
            self._open.append((tag, len(self.tags) - 1))

    def handle_startendtag(self, tag, attrs):
        self._record(tag, attrs)

    def _record(self, tag, attrs):
        self.parents.append(tuple(name for name, _ in self._open))
        self.tags.append(tag)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._texts[len(self.tags) - 1] = ""

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1][0] == tag, f"</{tag}> closes <{self._open[-1][0]}>"
        self._open.pop()

    def handle_data(self, data):
        self.text += data
        for _, place in self._open:
            self._texts[place] += data

    @property
    def ids(self):
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def texts(self, tag, **having):
        """The texts of a tag, or of those of its elements that have these attributes."""
        wanted = {name.rstrip("_"): value for name, value in having.items()}
        return [
            self._texts[k].strip()
            for k, (name, attributes) in enumerate(self.elements)
            if name == tag and wanted.items() <= attributes.items()
        ]


def parse(html: str) -> Markup:
    """Return the page read; every tag that was opened must be closed."""
    page = Markup()
    page.feed(html)
    page.close()
    assert not page._open, f"never closed: {page._open}"
    return page
