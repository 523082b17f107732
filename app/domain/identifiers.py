"""Indonesian identifiers and codes: parse, check, normalise.

Every parser takes what a person typed, answers the canonical form, and raises `InvalidIdentifier` with the
broken rule. Only ASCII digits count as digits. Whether a code exists is a question to the reference data, not
to this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum import luhn

from app.domain.errors import InvalidIdentifier
from app.domain.findings import Finding, Severity

_SEPARATORS: Final = re.compile(r"[\s.\-]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_HINT_LENGTH: Final = 40

NATIONAL: Final = "00"
"""Stands for the whole country where a list of regions is kept; it is not a region code."""


def shape(value: str) -> str:
    """Reduce a value to its shape, at most 40 characters: letters become A, digits 9, all else stays."""
    return "".join("9" if char.isdigit() else "A" if char.isalpha() else char for char in value[:_HINT_LENGTH])


def _refuse(kind: str, code: str, value: str) -> InvalidIdentifier:
    return InvalidIdentifier(kind, code, shape(value))


def _digits(kind: str, value: str, *lengths: int) -> str:
    """Return the digits of a number written with blanks, dots or dashes, of one of the lengths."""
    compact = _SEPARATORS.sub("", value)
    if not compact:
        raise _refuse(kind, "empty", value)
    if not _DIGITS.fullmatch(compact):
        raise _refuse(kind, "pattern", value)
    if len(compact) not in lengths:
        raise _refuse(kind, "length", value)
    return compact


def _matched(kind: str, pattern: re.Pattern[str], value: str, *, compact: str | None = None) -> re.Match[str]:
    """Match what was typed, or a `compact` form of it, while the refusal keeps what was typed."""
    text = (value if compact is None else compact).strip()
    if not text:
        raise _refuse(kind, "empty", value)
    match = pattern.fullmatch(text)
    if match is None:
        raise _refuse(kind, "pattern", value)
    return match


# --- regions ----------------------------------------------------------------------------------------------

_REGION: Final = re.compile(r"([0-9]{2})(?:\.([0-9]{2})(?:\.([0-9]{2})(?:\.([0-9]{4}))?)?)?")
_FIRST_PROVINCE: Final = 11
_NO_REGENCY: Final = frozenset({"00", "70"})  # 01-69 are regencies, 71-99 are cities
REGION_LEVELS: Final = ("province", "regency", "district", "village")


@dataclass(frozen=True, slots=True)
class RegionCode:
    """A wilayah code in dotted form with its level: province, regency (or city), district, village."""

    code: str
    level: str

    @property
    def province(self) -> str:
        """The province's code."""
        return self.code[:2]

    @property
    def regency(self) -> str | None:
        """The regency's or city's code, None for a province."""
        return None if self.level == "province" else self.code[:5]

    @property
    def is_city(self) -> bool:
        """Tell a city (71-99), or a place in one, from a regency."""
        return self.level != "province" and self.code[3] >= "7"

    @property
    def parents(self) -> tuple[str, ...]:
        """The codes above, province first."""
        parts = self.code.split(".")
        return tuple(".".join(parts[:depth]) for depth in range(1, len(parts)))


def parse_region(value: str) -> RegionCode:
    """Parse a wilayah code (`32`, `32.04`, `32.04.01`, `32.04.01.2001`); codes: empty, pattern, range."""
    match = _matched("region", _REGION, value)
    province, regency, district, village = match.groups()
    if (
        int(province) < _FIRST_PROVINCE
        or regency in _NO_REGENCY
        or (district is not None and int(district) == 0)
        or (village is not None and int(village) == 0)
    ):
        raise _refuse("region", "range", value)
    return RegionCode(match.group(), REGION_LEVELS[match.group().count(".")])


def is_within(code: str, ancestor: str) -> bool:
    """Tell whether a region is the other one or lies in it; `NATIONAL` holds every region."""
    return ancestor in {NATIONAL, code} or code.startswith(f"{ancestor}.")


# --- persons and companies --------------------------------------------------------------------------------

_NIK_LENGTH: Final = 16
_FEMALE: Final = 40  # added to the day of birth


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """What a NIK says.

    `region` is the district where it was first issued; `birth_dates` has a date for each possible century;
    `sex` is `female` or `male`. The representation is masked, so that a log or a traceback shows no NIK.
    """

    number: str
    region: str
    birth_dates: tuple[date, ...]
    sex: str
    sequence: int

    def __repr__(self) -> str:
        """Show the masked number only."""
        return f"Nik({mask_nik(self.number)})"


def _dates(day: int, month: int, year: int, as_of: date | None) -> tuple[date, ...]:
    found: list[date] = []
    for century in (1900, 2000):
        try:
            born = date(century + year, month, day)
        except ValueError:
            continue
        if as_of is None or born <= as_of:
            found.append(born)
    return tuple(found)


def parse_nik(value: str, *, as_of: date | None = None) -> Nik:
    """Parse a NIK: PPKKCC, DDMMYY (a woman's day + 40), sequence from 0001; there is no check digit.

    Only the structure is checked, since a NIK is never reissued: its region may have been split or renamed.
    With `as_of`, dates of birth in the future do not count. Codes: empty, pattern, length, range (region),
    date, sequence. `python-stdnum` is not used for this: it knows a fixed list of places and takes days 41,
    81 and sequence 0000 alike.
    """
    number = _digits("nik", value, _NIK_LENGTH)
    try:
        region = parse_region(f"{number[:2]}.{number[2:4]}.{number[4:6]}")
    except InvalidIdentifier:
        raise _refuse("nik", "range", value) from None
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    female = day > _FEMALE
    birth_dates = _dates(day - _FEMALE if female else day, month, year, as_of)
    if not birth_dates:
        raise _refuse("nik", "date", value)
    sequence = int(number[12:])
    if sequence == 0:
        raise _refuse("nik", "sequence", value)
    return Nik(number, region.code, birth_dates, "female" if female else "male", sequence)


def nik_warnings(nik: Nik, birth_date: date | None, region: str | None) -> list[Finding]:
    """Compare a NIK with what a person states; never an error, for a NIK outlives moves and corrections.

    `region` is any region code; regency is compared with regency, or province with province where only that
    is given. Answers `nik_birth_date_mismatch` (warning) and `nik_region_mismatch` (info).
    """
    found: list[Finding] = []
    if birth_date is not None and birth_date not in nik.birth_dates:
        found.append(Finding("nik_birth_date_mismatch", "/birth_date", Severity.WARNING))
    if region is not None and not is_within(nik.region, region[:5]):
        found.append(Finding("nik_region_mismatch", "/region_code", Severity.INFO))
    return found


_NPWP_OLD: Final = 15
_NPWP_BASE: Final = 9  # the ninth digit of the old form is the check digit over the eight before it


@dataclass(frozen=True, slots=True, repr=False)
class Npwp:
    """A taxpayer number. `canonical` has 16 digits: a NIK (then `is_nik`), or 0 and the old 15."""

    canonical: str
    is_nik: bool

    def __repr__(self) -> str:
        """Show neither a NIK nor a tax number."""
        return f"Npwp({mask_nik(self.canonical)})"


def parse_npwp(value: str, *, as_of: date | None = None) -> Npwp:
    """Parse an NPWP of 15 digits, or of 16 (a NIK, or 0 + the old 15).

    Codes: empty, pattern, length, checksum (Luhn over the first nine of the old form), sequence (no taxpayer
    0), and those of a NIK.
    """
    number = _digits("npwp", value, _NPWP_OLD, _NPWP_OLD + 1)
    if len(number) > _NPWP_OLD and number[0] != "0":
        try:
            return Npwp(parse_nik(number, as_of=as_of).number, is_nik=True)
        except InvalidIdentifier as refusal:
            raise _refuse("npwp", refusal.code, value) from None
    old = number[-_NPWP_OLD:]
    if int(old[2 : _NPWP_BASE - 1]) == 0:
        raise _refuse("npwp", "sequence", value)
    if not luhn.is_valid(old[:_NPWP_BASE]):
        raise _refuse("npwp", "checksum", value)
    return Npwp(f"0{old}", is_nik=False)


def parse_nib(value: str) -> str:
    """Parse an NIB (business id): 13 digits; codes: empty, pattern, length."""
    return _digits("nib", value, 13)


_PHONE: Final = re.compile(r"(?:\+?62|0)(8[1-9][0-9]{7,10})")
_PHONE_SEPARATORS: Final = re.compile(r"[\s().\-]+")


def parse_phone(value: str) -> str:
    """Parse an Indonesian mobile number (`0812-3456-7890`, `62812...`, `+62 812...`) to E.164.

    Codes: empty, pattern.
    """
    return "+62" + _matched("phone", _PHONE, value, compact=_PHONE_SEPARATORS.sub("", value)).group(1)


# --- occupations, industries, competence ------------------------------------------------------------------

_KBJI: Final = re.compile(r"[0-9]{4}(?:\.[0-9]{2})?")
KBLI_EDITIONS: Final = (2020, 2025)
_SKKNI: Final = (
    ("2012", re.compile(r"[A-V]\.[0-9]{5,6}\.[0-9]{3}\.[0-9]{1,2}")),
    ("new", re.compile(r"[A-V]\.[0-9]{2}[A-Z]{3}[0-9]{2}\.[0-9]{3}\.[0-9]{1,2}")),
    ("old", re.compile(r"[A-Z]{3}\.[A-Z]{2}[0-9]{2}\.[0-9]{3}\.[0-9]{2}")),
)
_BNSP: Final = re.compile(r"([0-9]{5})[ -]([0-9]{4})[ -]([1-9])[ -]([0-9]{7})[ -]([0-9]{4})")
_BNSP_FIRST_YEAR: Final = 2005  # the body was founded by PP 23/2004
_LSP: Final = re.compile(r"BNSP-LSP-[0-9]{3,4}-ID")


def parse_kbji(value: str) -> str:
    """Parse a KBJI 2014 occupation: four digits as in ISCO-08, `.NN` below; codes: empty, pattern."""
    return _matched("kbji", _KBJI, value).group()


def kbji_major_group(code: str) -> str:
    """Return the major group of an occupation, its first digit."""
    return code[0]


@dataclass(frozen=True, slots=True)
class Kbli:
    """An industry: five digits and the edition (2020 or 2025) in which they are meant."""

    code: str
    edition: int


def parse_kbli(value: str, edition: int) -> Kbli:
    """Parse an industry code of an edition; codes: empty, pattern, length, range (division 00), edition."""
    code = _digits("kbli", value, 5)
    if edition not in KBLI_EDITIONS:
        raise InvalidIdentifier("kbli", "edition", str(edition))
    if code.startswith("00"):
        raise _refuse("kbli", "range", value)
    return Kbli(code, edition)


@dataclass(frozen=True, slots=True)
class SkkniUnit:
    """A competency unit's code and the form it is written in: `2012`, `new` or `old`."""

    code: str
    form: str


def parse_skkni(value: str) -> SkkniUnit:
    """Parse an SKKNI unit in one of its three forms, in either case; codes: empty, pattern."""
    text = value.strip().upper()
    if not text:
        raise _refuse("skkni", "empty", value)
    for form, pattern in _SKKNI:
        if pattern.fullmatch(text):
            return SkkniUnit(text, form)
    raise _refuse("skkni", "pattern", value)


@dataclass(frozen=True, slots=True)
class BnspNumber:
    """A BNSP certificate number: industry (KBLI), occupation (KBJI), KKNI level, register, year."""

    kbli: str
    kbji: str
    level: int
    register: str
    year: int

    def __str__(self) -> str:
        """Write it as it is printed, with blanks."""
        return f"{self.kbli} {self.kbji} {self.level} {self.register} {self.year}"


def parse_bnsp_certificate(value: str) -> BnspNumber:
    """Parse a BNSP certificate number, blanks or dashes; codes: empty, pattern, range (before 2005)."""
    kbli, kbji, level, register, year = _matched("bnsp_certificate", _BNSP, value).groups()
    if int(year) < _BNSP_FIRST_YEAR:
        raise _refuse("bnsp_certificate", "range", value)
    return BnspNumber(kbli, kbji, int(level), register, int(year))


def parse_lsp_licence(value: str) -> str:
    """Parse a certification body's licence (`BNSP-LSP-123-ID`), in either case; codes: empty, pattern."""
    return _matched("lsp_licence", _LSP, value, compact=value.upper()).group()


# --- masks ------------------------------------------------------------------------------------------------


def _masked(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return text[:head] + "*" * hidden + text[len(text) - tail :] if hidden > 0 else "*" * len(text)


def mask_nik(nik: str) -> str:
    """Keep the province and the last two digits: the rest would give region, birth date or sequence away."""
    return _masked(nik, 2, 2)


def mask_name(name: str) -> str:
    """Keep the first letter of each word: `Siti Nurhaliza` becomes `S*** N********`."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split())


def mask_phone(phone: str) -> str:
    """Keep the first four and the last two characters of an E.164 number: `+628*******90`."""
    return _masked(phone, 4, 2)


def mask_email(email: str) -> str:
    """Keep the first letter of the mailbox and the domain: `s***@example.com`, whatever the length."""
    mailbox, _, domain = email.rpartition("@")
    return f"{mailbox[:1]}***@{domain}"
