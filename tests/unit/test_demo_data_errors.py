"""A fault in the demo's files is refused, and named with its file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from app.data.demo.loading import DEMO, load_demo
from app.data.rows import ReferenceDataError


@pytest.mark.parametrize(
    ("file", "found", "broken", "message"),
    [
        ("organizations.csv", ",9120100300011,", ",91201003000,", "organizations.csv:2: nib"),
        ("organizations.csv", "BNSP-LSP-9901-ID", "LSP-9901", "a certification body has schemes"),
        ("organizations.csv", ",32.73,", ",32.99,", "organizations.csv:2: unknown region '32.99'"),
        (
            "organizations.csv",
            ",verified,,",
            ",suspended,,",
            "organizations.csv:2: status_reason does not go",
        ),
        (
            "organizations.csv",
            "emp-rancak-busana,employer",
            "emp-lentera-kode,employer",
            "is already on line 2",
        ),
        ("accounts.csv", "officer,32|31", "officer,", "accounts.csv:9: an officer has regions"),
        ("accounts.csv", "talent@demo.example", "talent@gmail.com", "accounts.csv:2: email"),
        (
            "memberships.csv",
            "acc-provider,",
            "acc-nobody,",
            "memberships.csv:6: unknown account 'acc-nobody'",
        ),
        ("partners.csv", "emp-rancak-busana", "emp-nobody", "partners.csv:2: unknown organization"),
        ("employer_terms.csv", "thr annual_leave,", "gold,", "employer_terms.csv:2: unknown benefits 'gold'"),
        ("talents.jsonl", "SK-0016:3", "SK-9999:3", "talents.jsonl:1: unknown skills 'SK-9999'"),
        ("talents.jsonl", "SK-0016:3", "SK-0016:5", "talents.jsonl:1: unknown level in skills '5'"),
        ("talents.jsonl", "SK-0016:3", "SK-0005:3", "talents.jsonl:1: skills repeats a code"),
        ("talents.jsonl", "2003-11-14", "2003-11-15", "talents.jsonl:1: nik does not fit"),
        ("talents.jsonl", "2003-11-14", "2003-11-31", "talents.jsonl:1: born '2003-11-31' is not a date"),
        ("talents.jsonl", '"2024-08"', '"2024-13"', "talents.jsonl:1: exp '2024-13' is not a month"),
        ("talents.jsonl", '"2022-08", "2023-01"', '"2023-08", "2023-01"', "exp ends before 2023-08"),
        ("talents.jsonl", "081290000074", "081290000037", "talents.jsonl:2: 081290000037 is already there"),
        ("talents.jsonl", "081290000037", "12345", "talents.jsonl:1: key or phone"),
        ("talents.jsonl", '"sex": "male"', '"sex": "x"', "talents.jsonl:1: unknown sex 'x'"),
        ("talents.jsonl", '"visible": true', '"visible": 1', "visible 1 is not true or false"),
        ("talents.jsonl", '"visible"', '"shown"', "talents.jsonl:1: unknown member 'shown'"),
        ("talents.jsonl", "4500000, true]", "true, true]", "talents.jsonl:1: want True is not an integer"),
        ("talents.jsonl", "4500000, true]", "4500000]", "talents.jsonl:1: want is not a list of 5"),
        (
            "talents.jsonl",
            "2019, 2022, true]",
            "2019, 2022]",
            "talents.jsonl:1: edu is not a list of lists of 6",
        ),
        ("talents.jsonl", '"Rizky Ramadhan"', '" Rizky"', "talents.jsonl:1: name ' Rizky' is not a text"),
        ("talents.jsonl", '{"key"', '["key"', "talents.jsonl:1:"),
        ("talents.jsonl", '{"kinds"', '{"more": 1, "kinds"', "disability is not an object of kinds"),
        ("jobs/digital.jsonl", '"job":"web-junior"', '"job":"web-magang"', "jobs/digital.jsonl:4: the job"),
        ("jobs/digital.jsonl", '"SKM-0002|SKM-0001"', '"SKM-9999"', "unknown cert_nice 'SKM-9999'"),
        ("jobs/digital.jsonl", '"nice":"SK-0022:2', '"nice":"SK-0016:2', "both required and preferred"),
        ("jobs/digital.jsonl", '"arr":"hybrid"', '"arr":"moon"', "jobs/digital.jsonl:1: unknown arr 'moon'"),
        (
            "placements/emp-lentera-kode.csv",
            ",2,60,",
            ",50,60,",
            "emp-lentera-kode.csv:2: fewer than 14 days",
        ),
        ("placements/emp-lentera-kode.csv", "4600000,6000000", "6000000,4600000", "pay_max '4600000'"),
        ("placements/emp-lentera-kode.csv", "web-maintain,", "web-junior,", "is already placed in 32.73"),
        (
            "placements/emp-lentera-kode.csv",
            "analis,32.73",
            "lansia-jepang,32.73",
            "no licence to place abroad",
        ),
        ("unpublished.csv", "scheduled,,5,", "scheduled,,,", "publish_in goes with scheduled"),
        ("unpublished.csv", "filled,,,12,", "filled,,,,", "closed_ago goes with a vacancy that has ended"),
        ("unpublished.csv", "1,1,55,60,filled", "2,1,55,60,filled", "filled where every opening is"),
        ("unpublished.csv", "Laporan pungutan biaya sedang diperiksa.", "", "suspended needs a reason"),
        ("unpublished.csv", "vac-draft-front-cimahi,emp-lentera-kode", "x,lsp-niaga", "is not an employer"),
        ("certificates.csv", "lsp-informatika,SKM-0002", "lsp-informatika,SKM-0031", "unknown scheme"),
        ("certificates.csv", "62019 2513 5", "62019-2513-5", "certificates.csv:2: number"),
        ("certificates.csv", ",420,675,active", ",420,x,active", "valid_days_left 'x' is not an integer"),
        ("certificates.csv", ",420,675,active", ",420,-675,active", "it ends before it is issued"),
        ("certificates.csv", ",420,675,active", ",420,675,revoked", "every status but active has a reason"),
        ("certificates.csv", ",crt-bayu-dba-lama", ",crt-anisa-web", "it cannot supersede crt-anisa-web"),
        ("applications.csv", "tal-reza-alfarizi,", "tal-nobody,", "applications.csv:2: unknown talent"),
        ("applications.csv", "rejected,3,skills_gap", "rejected,3,", "a reason goes with rejected"),
        ("applications.csv", "submitted,1,", "submitted,9,", "applications.csv:2: submitted_days_ago '9'"),
        (
            "applications.csv",
            "rejected,44,certificate_missing",
            "hired,44,",
            "more are hired than vac-filled-las",
        ),
        (
            "applications.csv",
            "app-example-gilang,tal-gilang-permana",
            "x,tal-reza-alfarizi",
            "is already on line",
        ),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, file: str, found: str, broken: str, message: str) -> None:
    root = tmp_path / "demo"
    shutil.copytree(DEMO, root, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    text = (root / file).read_text(encoding="utf-8")
    assert found in text
    (root / file).write_text(text.replace(found, broken, 1), encoding="utf-8")
    with pytest.raises(ReferenceDataError) as caught:
        load_demo(root)
    assert re.match(r"[a-z_/-]+\.(?:csv|jsonl):[0-9]+: ", str(caught.value))
    assert message in str(caught.value)


def test_an_unknown_employer_and_a_line_that_is_no_object_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    shutil.copytree(DEMO, root, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    (root / "placements" / "emp-nobody.csv").write_text("job\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"placements/emp-nobody\.csv:1: unknown organization"):
        load_demo(root)
    (root / "talents.jsonl").write_text("[]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"talents\.jsonl:1: the line is not an object"):
        load_demo(root)
