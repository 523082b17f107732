"""The demo's content: organizations, talents, vacancies, certificates and applications, written by hand.

Everything is fictional; addresses of mail and web end in `example.com` or `demo.example`. The files:

- `organizations.csv`, `accounts.csv`, `memberships.csv`, `partners.csv`: who acts; `|` separates lists.
- `employer_terms.csv`: what an employer gives and asks for in each of its vacancies.
- `jobs/*.jsonl`: the library of jobs, each a full text with what it asks for.
- `placements/KEY.csv`: where the employer KEY publishes which job, with pay, head count and a note.
- `unpublished.csv`: the same for vacancies in every other status.
- `talents.jsonl`, `certificates.csv`, `applications.csv`.

`app.data.demo.loading.load_demo` reads and checks them all. Days are relative to the day of seeding, so that
the demo is fresh whenever it is made. A published vacancy's key is `vac-JOB-EMPLOYER-REGION`, made of the
job's key, the employer's key without `emp-`, and the region's code without its dot.

The constants are keys of records that the examples of the contract speak about.
"""

from __future__ import annotations

from typing import Final

PASSWORD: Final = "demo-password"  # noqa: S105 - the published password of the demo accounts
PARTNER_CLIENT: Final = "demo-partner"
PARTNER_SECRET: Final = "demo-secret"  # noqa: S105 - the published secret of the demo's partner

TALENT: Final = "tal-rizky-ramadhan"
"""talent@demo.example: a web developer from Bandung with a certificate in force."""

TALENT_2: Final = "tal-maruli-sihombing"
"""talent2@demo.example: a welder from Batam, one certificate expired and one suspended."""

EXAMPLE_EMPLOYER: Final = "emp-lentera-kode"
"""Verified, owned by employer@demo.example."""

EXAMPLE_EMPLOYER_2: Final = "emp-rancak-busana"
"""Verified, owned by employer2@demo.example; the partner client posts for it."""

EXAMPLE_DRAFT_EMPLOYER: Final = "emp-tenun-digital"
"""A complete draft of employer@demo.example that can be submitted."""

EXAMPLE_PENDING_EMPLOYER: Final = "emp-rajut-binong"
"""Waits for review, in a region of officer@demo.example."""

EXAMPLE_CERTIFICATION_BODY: Final = "lsp-informatika"
"""Owned by certifier@demo.example."""

EXAMPLE_TRAINING_PROVIDER: Final = "trn-cikapundung"
"""Owned by provider@demo.example."""

EXAMPLE_PROGRAMME_OWNER: Final = "prg-priangan"
"""Owned by programme@demo.example."""

EXAMPLE_VACANCY: Final = "vac-web-junior-lentera-kode-3273"
"""Published by EXAMPLE_EMPLOYER; many talents match, and TALENT has not applied to it."""

EXAMPLE_DRAFT_VACANCY: Final = "vac-draft-front-cimahi"
"""A draft of EXAMPLE_EMPLOYER."""

EXAMPLE_PENDING_VACANCY: Final = "vac-review-tester-bandung"
"""A vacancy of EXAMPLE_EMPLOYER that waits for review, in a region of officer@demo.example."""

EXAMPLE_SCHEDULED_VACANCY: Final = "vac-scheduled-back"
"""A vacancy of EXAMPLE_EMPLOYER that waits for its day."""

EXAMPLE_PAUSED_VACANCY: Final = "vac-paused-web"
"""A vacancy that EXAMPLE_EMPLOYER has paused itself."""

EXAMPLE_SUSPENDED_VACANCY: Final = "vac-suspended-jahit"
"""A vacancy of EXAMPLE_EMPLOYER_2 that an officer has suspended, in a region of officer@demo.example."""

SUSPENDED_BY_OFFICER: Final = frozenset({EXAMPLE_SUSPENDED_VACANCY, "vac-suspended-agensi"})
"""The suspended vacancies that only an officer can let out again."""

EXAMPLE_CERTIFICATE: Final = "crt-rizky-web"
"""In force; EXAMPLE_CERTIFICATION_BODY issued it to TALENT."""

EXAMPLE_APPLICATION: Final = "app-example-reza"
"""Submitted to EXAMPLE_VACANCY by another talent."""

EXAMPLE_OWN_APPLICATION: Final = "app-rizky-fullstack"
"""TALENT's application to another vacancy of EXAMPLE_EMPLOYER; it can still be withdrawn."""
