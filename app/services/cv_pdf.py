"""A CV as PDF: A4, real text in reading order, bookmarks, a language and a title for screen readers.

The same CV gives the same bytes. The built-in fonts of PDF hold Latin-1 only: letters outside of it lose their accents,
or become `?` where nothing is like them; the title in the metadata keeps the name as it is written.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from fpdf import FPDF, ViewerPreferences, XPos, YPos

from app.core.i18n import Language, Text
from app.schemas.cv import JsonResume

_FONT = "helvetica"
_MARGIN = 18  # mm
_LINE = 5.2  # mm
_INK = (33, 37, 41)
_ACCENT = (20, 83, 120)

_TITLE = Text("Daftar riwayat hidup", "Curriculum vitae")
_PRESENT = Text("sekarang", "present")
_HEADINGS = {
    "summary": Text("Ringkasan", "Summary"),
    "work": Text("Pengalaman kerja", "Work experience"),
    "education": Text("Pendidikan", "Education"),
    "skills": Text("Keterampilan", "Skills"),
    "certificates": Text("Sertifikat", "Certificates"),
    "languages": Text("Bahasa", "Languages"),
    "links": Text("Tautan", "Links"),
}
_MONTHS: dict[Language, str] = {
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
# Letters and signs that Unicode does not take apart.
_ALIKE = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
        "\u2022": "-", "\u2026": "...", "\u20ac": "EUR", "\u00ad": "", "\u200b": "", "\u200d": "", "\ufeff": "",
        "\u0111": "d", "\u0110": "D", "\u0142": "l", "\u0141": "L", "\u0131": "i", "\u0152": "OE", "\u0153": "oe",
        "\r": "", "\t": " ",
    }
)  # fmt: skip


def latin(text: str) -> str:
    """Write a text with the letters of Latin-1: accents fall where they must, `?` stands for what has no likeness."""
    written = []
    for letter in unicodedata.normalize("NFC", text).translate(_ALIKE):
        if ord(letter) < 256:  # noqa: PLR2004  # Latin-1
            written.append(letter)
            continue
        plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
        written.append(plain if plain and all(ord(part) < 256 for part in plain) else "?")  # noqa: PLR2004  # Latin-1
    return "".join(written)


def render(resume: JsonResume, language: Language, changed_at: datetime) -> bytes:
    """A CV as a PDF file. It takes some tens of milliseconds: call it in a thread."""
    return _Page(resume, language, changed_at).write()


class _Page:
    """Writes one CV, top down."""

    def __init__(self, resume: JsonResume, language: Language, changed_at: datetime) -> None:
        self._resume = resume
        self._language = language
        pdf = FPDF(format="A4")
        pdf.set_margin(_MARGIN)
        pdf.set_auto_page_break(auto=True, margin=_MARGIN)
        pdf.set_creation_date(changed_at)
        pdf.set_producer("Labour hub")
        pdf.set_creator("Labour hub")
        pdf.set_lang("id-ID" if language == "id" else "en-GB")
        pdf.set_title(f"{self._say(_TITLE)} - {resume.basics.name}")
        pdf.set_author(resume.basics.name)
        pdf.set_subject(resume.basics.label or self._say(_TITLE))
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        pdf.add_page()
        self._pdf = pdf

    def _say(self, text: Text) -> str:
        return text.id if self._language == "id" else text.en

    def _text(self, text: str, *, size: float = 10, style: str = "", colour: tuple[int, int, int] = _INK) -> None:
        self._pdf.set_font(_FONT, style, size)
        self._pdf.set_text_color(*colour)
        self._pdf.multi_cell(0, _LINE * size / 10, latin(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _heading(self, name: str) -> None:
        self._pdf.ln(3)
        # The bookmark must not stay behind on the page before.
        if self._pdf.will_page_break(3 * _LINE):
            self._pdf.add_page()
        self._pdf.start_section(latin(self._say(_HEADINGS[name])))
        self._text(self._say(_HEADINGS[name]), size=13, style="B", colour=_ACCENT)
        self._pdf.set_draw_color(*_ACCENT)
        self._pdf.line(_MARGIN, self._pdf.get_y(), self._pdf.w - _MARGIN, self._pdf.get_y())
        self._pdf.ln(1.5)

    def _entry(self, title: str, period: str, lines: Iterable[str | None]) -> None:
        self._text(title, size=10.5, style="B")
        if period:
            self._text(period, size=9, style="I")
        for line in lines:
            if line:
                self._text(line)
        self._pdf.ln(1.5)

    def _month(self, day: str) -> str:
        year, _, rest = day.partition("-")
        if not rest:
            return year
        return f"{_MONTHS[self._language].split()[int(rest[:2]) - 1]} {year}"

    def _period(self, start: str | None, end: str | None, *, open_ended: bool = False) -> str:
        last = self._month(end) if end else self._say(_PRESENT) if open_ended else ""
        return " - ".join(part for part in (self._month(start) if start else "", last) if part)

    def write(self) -> bytes:
        """The file."""
        self._head()
        if self._resume.basics.summary:
            self._heading("summary")
            self._text(self._resume.basics.summary)
        self._history()
        self._abilities()
        return bytes(self._pdf.output())

    def _history(self) -> None:
        if self._resume.work:
            self._heading("work")
        for job in self._resume.work:
            place = ", ".join(part for part in (job.name, job.location) if part)
            period = self._period(job.start_date, job.end_date, open_ended=True)
            self._entry(job.position, period, (place, job.summary))
        if self._resume.education:
            self._heading("education")
        for study in self._resume.education:
            what = ", ".join(part for part in (study.study_type, study.area) if part)
            self._entry(study.institution, self._period(study.start_date, study.end_date), (what,))

    def _abilities(self) -> None:
        resume = self._resume
        skills = [
            f"{skill.name}: {skill.level}" + (f" ({'; '.join(skill.keywords)})" if skill.keywords else "")
            for skill in resume.skills
        ]
        self._listed("skills", skills)
        if resume.certificates:
            self._heading("certificates")
        for held in resume.certificates:
            self._entry(held.name, self._month(held.date), (held.issuer, held.url))
        self._listed("languages", [f"{spoken.language}: {spoken.fluency}" for spoken in resume.languages])
        self._listed("links", [f"{page.network}: {page.url}" for page in resume.basics.profiles])

    def _listed(self, name: str, lines: Sequence[str]) -> None:
        if lines:
            self._heading(name)
        for line in lines:
            self._text(f"- {line}")

    def _head(self) -> None:
        basics = self._resume.basics
        self._text(basics.name, size=20, style="B", colour=_ACCENT)
        if basics.label:
            self._text(basics.label, size=11.5)
        where = ", ".join(
            part for part in (basics.location.address, basics.location.city, basics.location.region) if part
        )
        for line in (where, " | ".join(part for part in (basics.phone, basics.email) if part)):
            if line:
                self._text(line, size=9.5)
