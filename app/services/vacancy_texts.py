"""Findings of the vacancy rules in the caller's language, at the pointers of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.core.errors import FieldError
from app.core.i18n import Text
from app.domain.findings import Finding
from app.schemas.vacancy_views import FindingOut

_POINTERS: Final = {
    "/pay_minimum": "/pay/minimum",
    "/pay_maximum": "/pay/maximum",
    "/filled_count": "/openings",
}

TEXTS: Final[dict[str, Text]] = {
    "age_below_working_age": Text("Usia kerja paling rendah {min_age} tahun.", "The working age begins at {min_age}."),
    "age_out_of_range": Text("Usia paling tinggi {max_age} tahun.", "An age is {max_age} at most."),
    "ages_out_of_order": Text(
        "Usia maksimum di bawah usia minimum ({age_minimum}).",
        "The maximum age is below the minimum ({age_minimum}).",
    ),
    "application_url_missing": Text(
        "Lamaran lewat tautan memerlukan application_url.", "Applying by a link needs application_url."
    ),
    "application_url_unused": Text(
        "application_url hanya untuk application_method 'link'.",
        "application_url is only for application_method 'link'.",
    ),
    "contract_months_not_positive": Text("Lama kontrak minimal 1 bulan.", "A contract lasts 1 month at least."),
    "coordinates_outside_indonesia": Text(
        "Koordinat ini di luar Indonesia; periksa urutan lintang dan bujur.",
        "These coordinates lie outside Indonesia; check the order of latitude and longitude.",
    ),
    "custody_agreement_missing": Text(
        "Menahan dokumen hanya boleh dengan perjanjian tertulis atas pelatihan yang dibiayai pemberi kerja.",
        "Documents may be kept only under a written agreement on training that the employer paid.",
    ),
    "custody_return_date_missing": Text(
        "Sebutkan tanggal dokumen dikembalikan.", "State when the documents are returned."
    ),
    "custody_return_date_past": Text(
        "Tanggal pengembalian dokumen sudah lewat.", "The day on which the documents are returned has passed."
    ),
    "daily_too_many_days": Text(
        "Pekerja harian paling banyak {max_days} hari sebulan.",
        "Daily work is {max_days} days a month at most.",
    ),
    "dates_out_of_order": Text(
        "Tanggal akhir sebelum tanggal mulai ({valid_from}).",
        "The last day is before the first ({valid_from}).",
    ),
    "experience_years_out_of_range": Text(
        "Pengalaman antara 0 dan {max_years} tahun.", "Experience is between 0 and {max_years} years."
    ),
    "filled_count_out_of_range": Text(
        "Jumlah yang sudah ditempatkan melebihi jumlah lowongan ({openings}).",
        "More heads are placed than there are openings ({openings}).",
    ),
    "fixed_term_months_missing": Text(
        "PKWT berjangka waktu memerlukan lama kontrak.", "A fixed term by duration needs its length."
    ),
    "fixed_term_too_long": Text(
        "PKWT paling lama {max_months} bulan termasuk perpanjangan.",
        "A fixed term is {max_months} months at most, extensions included.",
    ),
    "limit_reason_missing": Text(
        "Batas usia atau jenis kelamin memerlukan alasan dari sifat pekerjaan.",
        "A limit of age or sex needs a reason in the nature of the job.",
    ),
    "limits_not_approved": Text(
        "Batas usia atau jenis kelamin menunggu persetujuan pengantar kerja.",
        "The limit of age or sex awaits an officer's approval.",
    ),
    "openings_not_positive": Text("Jumlah lowongan minimal 1.", "There is 1 opening at least."),
    "pay_below_floor": Text(
        "Upah {monthly_pay} sebulan di bawah upah minimum wilayah {region} tahun {year}: {floor}.",
        "Pay of {monthly_pay} a month is under the minimum wage of region {region} in {year}: {floor}.",
    ),
    "pay_negative": Text("Upah tidak boleh negatif.", "Pay cannot be negative."),
    "pay_not_stated": Text(
        "Laporan lowongan memuat upah; isi walau tidak ditampilkan.",
        "A vacancy report contains the pay; state it even where it is not shown.",
    ),
    "pay_out_of_order": Text(
        "Upah maksimum di bawah minimum ({pay_minimum}).",
        "The maximum pay is below the minimum ({pay_minimum}).",
    ),
    "placement_agency_licence_missing": Text(
        "Penempatan ke luar negeri memerlukan izin P3MI.", "A placement abroad needs the agency's licence."
    ),
    "placement_contract_missing": Text(
        "Penempatan ke luar negeri memerlukan perjanjian penempatan.",
        "A placement abroad needs its contract.",
    ),
    "placement_country_is_home": Text(
        "Negara penempatan tidak mungkin Indonesia.", "The country of a placement abroad cannot be Indonesia."
    ),
    "placement_country_missing": Text(
        "Penempatan ke luar negeri memerlukan negara tujuan.", "A placement abroad needs its country."
    ),
    "placement_fee_negative": Text("Biaya tidak boleh negatif.", "A fee cannot be negative."),
    "placement_fee_refused": Text(
        "Biaya penempatan tidak boleh dibebankan kepada pencari kerja.",
        "No placement fee may be charged to a talent.",
    ),
    "probation_months_negative": Text("Masa percobaan tidak boleh negatif.", "A probation cannot be negative."),
    "probation_on_fixed_term": Text("PKWT tidak mengenal masa percobaan.", "A fixed term knows no probation."),
    "probation_too_long": Text(
        "Masa percobaan paling lama {max_months} bulan.", "A probation is {max_months} months at most."
    ),
    "publish_at_after_validity": Text(
        "Waktu tayang setelah masa berlaku berakhir.", "The time of publication is after the last day."
    ),
    "remote_foreign_is_not_akan": Text(
        "Kerja jarak jauh untuk klien asing dari Indonesia bukan penempatan AKAN.",
        "Remote work for a foreign client from Indonesia is not a placement abroad (AKAN).",
    ),
    "valid_until_in_the_past": Text("Tanggal akhir sudah lewat.", "The last day has passed."),
    "validity_too_long": Text(
        "Masa berlaku paling lama {max_days} hari.", "A vacancy stays open {max_days} days at most."
    ),
    "working_days_out_of_range": Text("Hari kerja sebulan antara 1 dan 31.", "Working days a month are 1 to 31."),
}
"""A text for every code that the rules can find."""


def pointer_of(finding: Finding) -> str:
    """Where the finding lies in the body of the contract."""
    return _POINTERS.get(finding.field, finding.field)


def message_of(finding: Finding) -> str:
    """What is wrong, with the figures and the source of the rule."""
    text = str(TEXTS[finding.code]).format_map(dict(finding.params))
    return f"{text} ({finding.article})" if finding.article else text


def as_errors(findings: Iterable[Finding]) -> list[FieldError]:
    """Findings as the errors of a 422 answer."""
    return [FieldError(pointer_of(item), item.code, message_of(item)) for item in findings]


def shown(findings: Iterable[Finding]) -> list[FindingOut]:
    """Findings as the owner's view shows them."""
    return [
        FindingOut(
            code=item.code,
            severity=item.severity.value,
            pointer=pointer_of(item),
            article=item.article or None,
            message=message_of(item),
        )
        for item in findings
    ]
