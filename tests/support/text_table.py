"""Read a small text table, as a clinician would write it, into rows."""


def text_table(text: str) -> list[dict[str, str]]:
    """Return one dict per line under the header; cells are separated by "|" and stripped.

    Raises
    ------
    ValueError
        A line has more cells than the header.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    header, *body = ([cell.strip() for cell in line.split("|")] for line in lines)
    for cells in body:
        if len(cells) > len(header):
            raise ValueError(
                f"a line of the table has {len(cells)} cells, its header {len(header)}"
            )
    return [dict(zip(header, [*cells, *[""] * (len(header) - len(cells))])) for cells in body]
