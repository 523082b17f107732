"""Every code that the rules of a vacancy can find has a text in both languages, with the figures it needs."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from app.core.i18n import Text
from app.domain.findings import Finding, Severity
from app.services.vacancy_texts import TEXTS, as_errors, message_of, shown

ROOT = Path(__file__).resolve().parents[2] / "app"
SOURCES = ("domain/vacancies.py", "domain/work_relations.py", "domain/wage_floor.py", "services/vacancy_rules.py")
_CODE = re.compile(r'Finding\(\s*f?"([a-z_{}]+)"')
_PLACEMENT = ("placement_agency_licence", "placement_country", "placement_contract")


def codes() -> set[str]:
    found = {code for name in SOURCES for code in _CODE.findall((ROOT / name).read_text())}
    found.remove("{name}_missing")
    return found | {f"{name}_missing" for name in _PLACEMENT}


def test_the_texts_are_those_of_the_codes() -> None:
    assert set(TEXTS) == codes()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_both_languages_name_the_same_figures(text: Text) -> None:
    figures = [{name for _, name, _, _ in Formatter().parse(words) if name} for words in (text.id, text.en)]
    assert figures[0] == figures[1]


def test_a_finding_is_told_where_the_body_has_it_with_its_source() -> None:
    finding = Finding("pay_out_of_order", "/pay_maximum", Severity.ERROR, "PP 1", {"pay_minimum": 9})
    (error,) = as_errors([finding])
    assert (error.pointer, error.code) == ("/pay/maximum", "pay_out_of_order")
    assert error.message == message_of(finding) == "Upah maksimum di bawah minimum (9). (PP 1)"
    (view,) = shown([Finding("openings_not_positive", "/openings")])
    assert (view.article, view.severity, view.pointer) == (None, "error", "/openings")
