"""The identifier gate: what it stops, what it lets pass, and how it is told to."""

import pytest
from support.raw_cohort import (
    raw_cohort,
    read,
    with_cell,
    with_row,
    without,
    write_csv,
    write_parquet,
)

from afterglow.cohort.identifiers import named_like
from afterglow.errors import IdentifierError

NAMES_THAT_IDENTIFY = [
    *("name", "Name", "first_name", "LastName", "patientName", "surname", "initials"),
    *("email", "e-mail", "E_mail_address", "phone", "phone_number", "HomePhone", "fax"),
    *("mrn", "MRN", "medical_record_no", "ssn", "dob", "date_of_birth", "birthDate"),
    *("address", "street", "zip", "zip_code", "ZIP3", "postcode", "city", "county"),
    *("ip", "ip_address", "url", "passport", "account_number", "device_id"),
    *("comments", "clinician_notes", "free_text", "insurance_number"),
]
NAMES_THAT_PASS = [
    *("subject_id", "site_id", "visit", "visit_name", "term", "drug_name", "instrument"),
    *("timing", "arm", "age", "age_band", "sex", "diagnosis", "phase", "kind", "day", "rater"),
    *("scheduled", "score", "item_1", "weight_kg", "sbp_peak", "cadss_peak", "dose_mg"),
    *("death_day", "birth_order", "state", "zipline_score", "phonemic_fluency", "event"),
    *("end_day", "reason", "severity", "psychotherapy", "contact_hours", "record_number"),
]
CELLS_THAT_IDENTIFY = {
    "an e-mail address": "zqx.person@clinic.example",
    "a web address": "https://clinic.example/p/1",
    "an IP address": "192.168.17.4",
    "a social security number": "123-45-6789",
    "a telephone number": "(555) 234-5678",
    "a calendar date": "2024-03-01",
    "free text": "the patient told us that she had been feeling much worse since the move "
    "to her sister last month",
}
DATES = ["03/01/2024", "1 Mar 2024", "March 1, 2024", "1.3.2024", "2024-03-01T10:30", "3/1/24"]
CELLS_THAT_PASS = [
    *("A1", "987654321", "1234567890", "001-002-0003", "2.1", "10:30", "visit 4", "2024", "6-10"),
    *("1-2 weeks", ">6m", "grade 3/4", "v1.2.3", "nausea and vomiting", "F32.2"),
]


@pytest.mark.parametrize("name", NAMES_THAT_IDENTIFY)
def test_names_that_identify(name):
    assert named_like(name)


@pytest.mark.parametrize("name", NAMES_THAT_PASS)
def test_names_that_pass(name):
    assert named_like(name) == ""


@pytest.mark.parametrize("kind", list(CELLS_THAT_IDENTIFY))
def test_cells_that_identify(tmp_path, kind):
    value = CELLS_THAT_IDENTIFY[kind]
    raw = with_cell(raw_cohort(), "subjects", "extra", 2, value)
    with pytest.raises(IdentifierError) as caught:
        read(write_csv(raw, tmp_path / "raw"))
    message = str(caught.value)
    assert f"subjects, column 'extra': holds what looks like {kind}" in message
    assert value not in message
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("value", DATES)
def test_dates_in_many_forms(tmp_path, value):
    raw = with_cell(raw_cohort(), "events", "term", 1, value)
    with pytest.raises(IdentifierError, match=r"events, column 'term'.*a calendar date"):
        read(write_csv(raw, tmp_path / "raw"))


def test_cells_that_pass(tmp_path):
    raw = raw_cohort()
    for number, value in enumerate(CELLS_THAT_PASS):
        raw = with_cell(raw, "subjects", f"extra_{number}", 2, value)
    assert len(read(write_csv(raw, tmp_path / "raw")).subjects) == 3


def test_nine_digit_subject_ids_pass(tmp_path):
    raw = raw_cohort()
    digits = {"A1": "123456789", "A2": "223456789", "A3": "323456789"}
    for columns in raw.values():
        columns["subject_id"] = [digits[subject] for subject in columns["subject_id"]]
    assert read(write_csv(raw, tmp_path / "raw")).subjects["subject_id"].tolist() == sorted(
        digits.values()
    )


def test_compact_dates_in_a_whole_column(tmp_path):
    raw = raw_cohort()
    raw["subjects"]["enrolled"] = [20240301, 20240415, 20231130]
    for write, folder in ((write_csv, "csv"), (write_parquet, "parquet")):
        with pytest.raises(IdentifierError, match=r"'enrolled'.*calendar date"):
            read(write(raw, tmp_path / folder))


def test_native_dates(tmp_path):
    import pandas as pd

    raw = raw_cohort()
    raw["sessions"]["given"] = list(pd.to_datetime(["2024-01-01"] * 4))
    with pytest.raises(IdentifierError, match=r"sessions, column 'given'.*a calendar date"):
        read(write_parquet(raw, tmp_path / "raw"))


def test_columns_that_are_not_read_are_scanned_too(tmp_path):
    raw = with_cell(raw_cohort(), "scores", "contact", 1, "a@b.example")
    with pytest.raises(IdentifierError, match="scores, column 'contact'"):
        read(write_csv(raw, tmp_path / "raw"))


def test_a_mapped_identifier_is_still_one(tmp_path):
    raw = raw_cohort()
    for columns in raw.values():
        columns["MRN"] = columns.pop("subject_id")
    mapped = {table: {"columns": {"subject_id": "MRN"}} for table in raw}
    with pytest.raises(IdentifierError, match="column 'MRN': is named like a medical record"):
        read(write_csv(raw, tmp_path / "raw"), **mapped)


def test_all_columns_are_told_at_once_and_before_other_problems(tmp_path):
    raw = with_cell(raw_cohort(), "subjects", "email", 1, None)
    raw = with_cell(raw, "events", "comment", 1, "x")
    raw = with_cell(raw, "scores", "score", 1, 999)
    with pytest.raises(IdentifierError) as caught:
        read(write_csv(raw, tmp_path / "raw"))
    assert "subjects, column 'email'" in str(caught.value)
    assert "events, column 'comment'" in str(caught.value)


def test_a_column_released_by_the_plan(tmp_path):
    raw = with_cell(raw_cohort(), "events", "comment", 1, "3")
    folder = write_csv(raw, tmp_path / "raw")
    assert "comment" in read(folder, allow_columns=["comment"]).events
    with pytest.raises(IdentifierError):
        read(folder, allow_columns=["comments"])


def test_e_mail_as_subject_id(tmp_path):
    raw = with_row(raw_cohort(), "subjects", subject_id="zqx@clinic.example")
    with pytest.raises(IdentifierError, match="subjects, column 'subject_id'") as caught:
        read(write_csv(raw, tmp_path / "raw"))
    assert "zqx" not in str(caught.value)


def test_compact_dates_beside_missing_ones(tmp_path):
    raw = raw_cohort()
    raw["subjects"]["enrolled"] = [20240301, float("nan"), 20231130]
    with pytest.raises(IdentifierError, match=r"'enrolled'.*calendar date"):
        read(write_parquet(raw, tmp_path / "raw"))


@pytest.mark.parametrize("column", ["Age", "age_at_entry", "AGE_YEARS"])
def test_ages_above_90_under_another_name(tmp_path, column):
    raw = without(raw_cohort(), "subjects", "age")
    raw["subjects"][column] = [44, 94, 31]
    with pytest.raises(IdentifierError, match=f"'{column}': .*ages above 90") as caught:
        read(write_csv(raw, tmp_path / "raw"))
    assert "94" not in str(caught.value)


def test_ages_in_other_units_pass(tmp_path):
    raw = raw_cohort()
    raw["subjects"]["age_at_onset_months"] = [400, 300, 200]
    assert len(read(write_csv(raw, tmp_path / "raw")).subjects) == 3
