"""The CV as PDF: what it says, in which language, with which letters."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.i18n import Language
from app.schemas.cv import JsonResume
from app.services.cv_pdf import latin, render

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def resume(**basics: Any) -> JsonResume:
    """A CV with something in every section."""
    return JsonResume.model_validate(
        {
            "basics": {
                "name": "Sari Dewi", "label": "Pengembang web", "email": "sari@example.com", "summary": "Ringkas.",
                "location": {"city": "Kota Bandung", "region": "Jawa Barat"},
                "profiles": [{"network": "Portofolio", "url": "https://portofolio.example.com"}], **basics,
            },
            "work": [
                {"name": "Koperasi", "position": "Pengembang", "startDate": "2023-05-01"},
                {"name": "Klinik", "position": "Magang", "startDate": "2022-08-01", "endDate": "2022-12-31"},
            ],
            "education": [{"institution": "SMK 4", "studyType": "SMK", "startDate": "2019", "endDate": "2022"}],
            "certificates": [{"name": "Pengembang web", "date": "2025-08-17", "issuer": "LSP Contoh"}],
            "skills": [{"name": "Python", "level": "Mandiri", "keywords": ["Bersertifikat"]}],
            "languages": [{"language": "Bahasa Inggris", "fluency": "Menengah (B1)"}],
            "meta": {"version": "v1.0.0", "lastModified": "2026-03-01T12:00:00Z"},
        }
    )  # fmt: skip


def text_of(pdf: bytes) -> str:
    """The text that the pages show, a line for each piece."""
    shown = []
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue
        shown += [re.sub(rb"\\(.)", rb"\1", piece) for piece in re.findall(rb"\(((?:\\.|[^\\()])*)\) ?Tj", content)]
    return b"\n".join(shown).decode("latin-1")


def test_the_headings_speak_the_reader_s_language() -> None:
    indonesian, english = text_of(render(resume(), "id", AT)), text_of(render(resume(), "en", AT))
    for heading in (
        "Ringkasan",
        "Pengalaman kerja",
        "Pendidikan",
        "Keterampilan",
        "Sertifikat",
        "Bahasa",
        "Tautan",
    ):
        assert heading in indonesian
    for heading in (
        "Summary",
        "Work experience",
        "Education",
        "Skills",
        "Certificates",
        "Languages",
        "Links",
    ):
        assert heading in english
    assert "Mei 2023 - sekarang" in indonesian
    assert "May 2023 - present" in english
    assert "Agu 2022 - Des 2022" in indonesian
    assert "2019 - 2022" in english


def test_everything_that_the_cv_tells_is_on_the_page_as_text() -> None:
    text = text_of(render(resume(), "id", AT))
    for told in (
        "Sari Dewi",
        "sari@example.com",
        "Kota Bandung, Jawa Barat",
        "Koperasi",
        "SMK 4",
        "LSP Contoh",
        "Python",
    ):
        assert told in text, told


@pytest.mark.parametrize(("language", "tag"), [("id", b"id-ID"), ("en", b"en-GB")])
def test_a_screen_reader_finds_language_title_and_bookmarks(language: Language, tag: bytes) -> None:
    pdf = render(resume(), language, AT)
    assert b"/Lang (" + tag in pdf
    assert b"/Title" in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert b"/Outlines" in pdf


def test_the_page_is_a4_and_the_bytes_are_the_same() -> None:
    pdf = render(resume(), "id", AT)
    assert re.search(rb"/MediaBox \[0 0 595\.\d+ 841\.\d+\]", pdf)
    assert render(resume(), "id", AT) == pdf
    assert render(resume(name="Lain"), "id", AT) != pdf


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Élodie Müller", "Élodie Müller"),
        ("Đặng Thị Hồng", "Dang Thi Hong"),
        ("Łukasz", "Lukasz"),
        ("\u201cA\u201d \u2013 B\u2026", '"A" - B...'),
        ("张伟", "??"),
        ("a\u0301", "á"),
        ("😀", "?"),
    ],
)
def test_letters_fall_back_to_what_the_font_has(written: str, shown: str) -> None:
    assert latin(written) == shown


def test_a_long_cv_goes_on_to_the_next_page() -> None:
    long = resume(summary="Kalimat yang panjang sekali. " * 300)
    pdf = render(long, "id", AT)
    assert len(re.findall(rb"/Type /Page\b", pdf)) >= 2
    assert "Bahasa Inggris" in text_of(pdf)


@given(name=st.text(min_size=1, max_size=200), summary=st.text(min_size=1, max_size=400))
def test_no_name_breaks_it(name: str, summary: str) -> None:
    assert render(resume(name=name, summary=summary), "id", AT).startswith(b"%PDF-")


@pytest.mark.parametrize("word", ["x" * 10_000, "W" * 3_000 + " " + "\n" * 50, "\u0627" * 500])
def test_a_word_longer_than_the_page_is_broken(word: str) -> None:
    assert render(resume(summary=word), "id", AT).startswith(b"%PDF-")
