"""Write the table of agreement with R from the notes of a test run: python write_conformance.py FOLDER."""

import csv
import json
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "analysis/afterglow/report/conformance.csv"
KEYS = ("estimator", "case", "quantity")
WORDS = {
    "_": " ",
    "conf low": "lower limit",
    "conf high": "upper limit",
    "std error": "standard error",
    "logrank rho0": "log-rank",
}


def in_words(quantity: str) -> str:
    """Spell a column or a block of a reference as a reader would."""
    for code, word in WORDS.items():
        quantity = quantity.replace(code, word)
    return quantity


def write(folder: Path) -> int:
    """Join repeated notes of one quantity: all their values, and the pair furthest apart."""
    rows: dict[tuple[str, ...], dict] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            note = json.loads(line)
            note["quantity"] = in_words(note["quantity"])
            key = tuple(note[name] for name in KEYS)
            kept = rows.get(key)
            if kept is None:
                rows[key] = note
                continue
            values = kept["values"] + note["values"]
            further = abs(note["difference"]) > abs(kept["difference"])
            rows[key] = {**(note if further else kept), "values": values}
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, next(iter(rows.values())), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[key] for key in sorted(rows))
    return len(rows)


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} comparisons in {TABLE.name}")
