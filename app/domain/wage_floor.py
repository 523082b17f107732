"""The minimum wage of a region, sector and year, and pay under it.

The table is data (`domain` knows no figures): rupiah a month by region, year and, where a sector has its own
floor, the sector's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.findings import Finding, Severity
from app.domain.work_relations import WAGED, CompanySize, WorkRelation

FloorTable = Mapping[tuple[str, int, str | None], int]
"""`(region code, year, sector code or None) -> rupiah a month`; regions are provinces and regencies."""

FLOOR_ARTICLE: Final = "PP 36/2021 art. 23"
SMALL_ARTICLE: Final = "PP 36/2021 art. 36"
_REGENCY_LENGTH: Final = 5
_PROVINCE_LENGTH: Final = 2


@dataclass(frozen=True, slots=True)
class Floor:
    """A minimum wage in rupiah a month, with the row of the table that it comes from."""

    amount: int
    region: str
    year: int
    sector: str | None


def floor_for(region: str, year: int, table: FloorTable, *, sector: str | None = None) -> Floor | None:
    """Return the floor that binds in a region: the highest its province, regency and sector set.

    A regency's floor is never under its province's, nor a sector's under either, so the highest is the one in
    force (PP 36/2021). Where a row of the year is missing, the latest earlier one stands in, for a floor is
    not lowered; `Floor.year` says so. None where nothing is known. `region` may be of any level.
    """
    places = {region[:_PROVINCE_LENGTH], region[:_REGENCY_LENGTH]}
    latest: dict[tuple[str, str | None], Floor] = {}
    for (place, row_year, row_sector), amount in table.items():
        if place not in places or row_year > year or row_sector not in {None, sector}:
            continue
        known = latest.get((place, row_sector))
        if known is None or known.year < row_year:
            latest[place, row_sector] = Floor(amount, place, row_year, row_sector)
    return max(
        latest.values(),
        key=lambda floor: (floor.amount, len(floor.region), floor.sector or ""),
        default=None,
    )


def below_floor(
    monthly_pay: int | None, floor: Floor | None, *, size: CompanySize | None, relation: WorkRelation
) -> Finding | None:
    """Compare the monthly minimum of the pay with the floor.

    Refused (error), except that it is flagged (warning) for a micro or small enterprise, which the floor does
    not bind, and for relations without a wage. An unknown size is not micro or small. None where the pay
    reaches the floor, or where either is unknown.
    """
    if monthly_pay is None or floor is None or monthly_pay >= floor.amount:
        return None
    exempt = size in {CompanySize.MICRO, CompanySize.SMALL}
    flagged = exempt or relation not in WAGED
    return Finding(
        "pay_below_floor",
        "/pay_minimum",
        Severity.WARNING if flagged else Severity.ERROR,
        SMALL_ARTICLE if exempt else FLOOR_ARTICLE,
        {"floor": floor.amount, "region": floor.region, "year": floor.year, "monthly_pay": monthly_pay},
    )
