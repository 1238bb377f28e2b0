"""The README's section on one's own data does what it says."""

import re
import tomllib
from pathlib import Path

from afterglow.cohort.reading import read_cohort
from afterglow.plan.data import DataSource

README = Path(__file__).parents[2] / "README.md"
FILES = {
    "patients.csv": ["Code;Clinic;Drug;Weight", "P1;Köln;esketamine;70,5", "P2;Bonn;ketamine;81"],
    "visits.csv": [
        "Code;Week;HAMD total;Round",
        "P1;-0,5;24;",
        "P1;1,5;9;2",
        "",
        "P2;-1;22;",
        "P2;-1;22;",
    ],
    "infusions.csv": ["Code;Week;Given;Dose", "P1;0;i.v.;35,5", "P1;0,5;i.v.;35", "P2;0;i.v.;40"],
}


def test_the_data_section_reads_a_spreadsheet_export(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    folder = tmp_path / "Münster" / "Export 2026"
    folder.mkdir(parents=True)
    for name, lines in FILES.items():
        (folder / name).write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    source = DataSource.model_validate(tomllib.loads(text)["data"])
    cohort = read_cohort(source, folder.parent)
    assert cohort.subjects["site_id"].tolist() == ["Köln", "Bonn"]
    assert cohort.subjects["Weight"].tolist() == [70.5, 81.0]
    assert cohort.scores["day"].tolist() == [-3.5, 10.5, -7.0]
    assert cohort.sessions["dose_mg"].tolist() == [35.5, 35.0, 40.0]
    assert cohort.sessions["route"].tolist() == ["IV"] * 3
    assert cohort.ignored == {"visits.csv": ("Round",)}
