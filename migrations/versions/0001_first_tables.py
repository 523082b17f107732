"""first tables

Revision: 0001
Follows:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TALENT_TABLES = {
    "talent_profile": "id",
    "user_account": "id",
    "consent": "user_id",
    "certificate": "talent_id",
    "profile_skill": "profile_id",
    "profile_education": "profile_id",
    "profile_experience": "profile_id",
    "profile_licence": "profile_id",
}
"""What a talent's place in a ranking rests on, and the column that names the talent."""


def upgrade() -> None:
    """Apply; waits at most a second for a lock, so that traffic is never held up."""
    op.execute("SET LOCAL lock_timeout = '1s'")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "idempotency_record",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_record")),
    )
    op.create_index(op.f("ix_idempotency_record_created_at"), "idempotency_record", ["created_at"], unique=False)
    op.create_table(
        "idf_version",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("vacancies", sa.BigInteger(), nullable=False),
        sa.Column("median_weight", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idf_version")),
    )
    op.create_index("uq_idf_version_active", "idf_version", ["active"], unique=True, postgresql_where=sa.text("active"))
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index(
        "ix_outbox_event_undelivered",
        "outbox_event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "rate_limit_bucket",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limit_bucket")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "region",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["region.code"], name=op.f("fk_region_parent_code_region")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_index(op.f("ix_region_parent_code"), "region", ["parent_code"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("public_jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "taxonomy_release",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomy_release")),
    )
    op.create_table(
        "taxonomy_term",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("is_label", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('skill', 'occupation', 'region', 'industry', 'scheme')",
            name=op.f("ck_taxonomy_term_kind_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taxonomy_term")),
        sa.UniqueConstraint("kind", "ref", "language", "term", name=op.f("uq_taxonomy_term_kind_ref_language_term")),
    )
    op.create_index(
        "ix_taxonomy_term_prefix",
        "taxonomy_term",
        ["kind", "term"],
        unique=False,
        postgresql_ops={"term": "text_pattern_ops"},
    )
    op.create_index(
        "ix_taxonomy_term_trigram",
        "taxonomy_term",
        ["term"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"term": "gin_trgm_ops"},
    )
    op.create_table(
        "transition_log",
        sa.Column("aggregate_type", sa.Text(), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition_log")),
    )
    op.create_index(
        op.f("ix_transition_log_aggregate_type_aggregate_id_id"),
        "transition_log",
        ["aggregate_type", "aggregate_id", "id"],
        unique=False,
    )
    op.create_table(
        "user_account",
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("regions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "roles <@ ARRAY['talent', 'officer', 'analyst', 'admin']",
            name=op.f("ck_user_account_roles_known"),
        ),
        sa.CheckConstraint("status IN ('active', 'locked', 'erased')", name=op.f("ck_user_account_status_known")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_account_email_lower")),
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_user_account_reachable")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("phone", name=op.f("uq_user_account_phone")),
    )
    op.create_table(
        "vacancy_change",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("vacancy_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("num_nonnulls(vacancy_id, organization_id) = 1", name=op.f("ck_vacancy_change_names_one")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_vacancy_change")),
    )
    op.create_index(op.f("ix_vacancy_change_xid"), "vacancy_change", ["xid"], unique=False)
    op.create_table(
        "talent_change",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("talent_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_talent_change")),
    )
    op.create_index(op.f("ix_talent_change_xid"), "talent_change", ["xid"], unique=False)
    op.create_table(
        "auth_session",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_auth_session_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_session")),
    )
    op.create_index(op.f("ix_auth_session_user_id"), "auth_session", ["user_id"], unique=False)
    op.create_table(
        "competency_unit",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["taxonomy_release.id"],
            name=op.f("fk_competency_unit_release_id_taxonomy_release"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competency_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_competency_unit_code")),
    )
    op.create_table(
        "consent",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_consent_user_id_user_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        "uq_consent_live",
        "consent",
        ["user_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "industry",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["taxonomy_release.id"], name=op.f("fk_industry_release_id_taxonomy_release")
        ),
        sa.PrimaryKeyConstraint("edition", "code", name=op.f("pk_industry")),
    )
    op.create_index(op.f("ix_industry_edition_parent_code"), "industry", ["edition", "parent_code"], unique=False)
    op.create_table(
        "occupation",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("aliases_id", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("aliases_en", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("education_typical", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_occupation_status_known")),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["occupation.code"], name=op.f("fk_occupation_parent_code_occupation")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["taxonomy_release.id"], name=op.f("fk_occupation_release_id_taxonomy_release")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_occupation")),
    )
    op.create_index(op.f("ix_occupation_parent_code"), "occupation", ["parent_code"], unique=False)
    op.create_table(
        "organization",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_form", sa.Text(), nullable=False),
        sa.Column("size_class", sa.Text(), nullable=True),
        sa.Column("ownership", sa.Text(), nullable=False),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.Column("nib", sa.Text(), nullable=True),
        sa.Column("npwp", sa.Text(), nullable=True),
        sa.Column("licence_number", sa.Text(), nullable=True),
        sa.Column("licence_valid_until", sa.Date(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("industry_edition", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("logo_url", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('employer', 'training_provider', 'certification_body', 'programme_owner')",
            name=op.f("ck_organization_kind_known"),
        ),
        sa.CheckConstraint("legal_form IN ('company', 'individual')", name=op.f("ck_organization_legal_form_known")),
        sa.CheckConstraint("ownership IN ('private', 'state')", name=op.f("ck_organization_ownership_known")),
        sa.CheckConstraint(
            "size_class IN ('micro', 'small', 'medium', 'large')",
            name=op.f("ck_organization_size_class_known"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'pending_review', 'needs_revision', 'verified', 'rejected', 'suspended')",
            name=op.f("ck_organization_status_known"),
        ),
        sa.CheckConstraint("head_count IS NULL OR head_count >= 0", name=op.f("ck_organization_head_count_positive")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_organization_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_index(
        op.f("ix_organization_status_region_code_id"),
        "organization",
        ["status", "region_code", "id"],
        unique=False,
    )
    op.create_index(
        "uq_organization_nib",
        "organization",
        ["nib", "kind"],
        unique=True,
        postgresql_where=sa.text("nib IS NOT NULL"),
    )
    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("aliases_id", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("aliases_en", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_skill_status_known")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["taxonomy_release.id"], name=op.f("fk_skill_release_id_taxonomy_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("code", name=op.f("uq_skill_code")),
    )
    op.create_table(
        "talent_profile",
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("nik", sa.LargeBinary(), nullable=True),
        sa.Column("nik_hash", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("photo_url", sa.Text(), nullable=True),
        sa.Column("preferred_occupations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("preferred_regions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("preferred_relations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("open_to_remote", sa.Boolean(), nullable=False),
        sa.Column("first_job_seeker", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("minimum_pay", sa.BigInteger(), nullable=True),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("disability", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("visible_to_employers", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sex IS NULL OR sex IN ('female', 'male')", name=op.f("ck_talent_profile_sex_known")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_talent_profile_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talent_profile")),
        sa.UniqueConstraint("nik_hash", name=op.f("uq_talent_profile_nik_hash")),
    )
    op.create_index(op.f("ix_talent_profile_region_code"), "talent_profile", ["region_code"], unique=False)
    op.create_index(
        "ix_talent_profile_visible",
        "talent_profile",
        ["id"],
        unique=False,
        postgresql_where="visible_to_employers",
    )
    op.create_table(
        "idf_entry",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("vacancies", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_idf_entry_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["idf_version.id"],
            name=op.f("fk_idf_entry_version_id_idf_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "skill_id", name=op.f("pk_idf_entry")),
    )
    op.create_table(
        "occupation_skill",
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("essential", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occupation_code"],
            ["occupation.code"],
            name=op.f("fk_occupation_skill_occupation_code_occupation"),
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_occupation_skill_skill_id_skill")),
        sa.PrimaryKeyConstraint("occupation_code", "skill_id", name=op.f("pk_occupation_skill")),
    )
    op.create_index(op.f("ix_occupation_skill_skill_id"), "occupation_skill", ["skill_id"], unique=False)
    op.create_table(
        "organization_member",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'editor', 'viewer')", name=op.f("ck_organization_member_role_known")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_member_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_organization_member_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_member")),
        sa.UniqueConstraint("organization_id", "user_id", name=op.f("uq_organization_member_organization_id_user_id")),
    )
    op.create_index(op.f("ix_organization_member_user_id"), "organization_member", ["user_id"], unique=False)
    op.create_table(
        "partner_client",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_partner_client_status_known")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_partner_client_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_client")),
        sa.UniqueConstraint("client_id", name=op.f("uq_partner_client_client_id")),
    )
    op.create_index(op.f("ix_partner_client_organization_id"), "partner_client", ["organization_id"], unique=False)
    op.create_table(
        "profile_education",
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("start_year", sa.SmallInteger(), nullable=True),
        sa.Column("end_year", sa.SmallInteger(), nullable=True),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["talent_profile.id"],
            name=op.f("fk_profile_education_profile_id_talent_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_education")),
    )
    op.create_index(op.f("ix_profile_education_profile_id"), "profile_education", ["profile_id"], unique=False)
    op.create_table(
        "profile_experience",
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("employer_name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "end_date IS NULL OR end_date >= start_date", name=op.f("ck_profile_experience_dates_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["occupation_code"],
            ["occupation.code"],
            name=op.f("fk_profile_experience_occupation_code_occupation"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["talent_profile.id"],
            name=op.f("fk_profile_experience_profile_id_talent_profile"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_profile_experience_region_code_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_experience")),
    )
    op.create_index(op.f("ix_profile_experience_profile_id"), "profile_experience", ["profile_id"], unique=False)
    op.create_table(
        "profile_language",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["talent_profile.id"],
            name=op.f("fk_profile_language_profile_id_talent_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_language")),
        sa.UniqueConstraint("profile_id", "language", name=op.f("uq_profile_language_profile_id_language")),
    )
    op.create_index(op.f("ix_profile_language_profile_id"), "profile_language", ["profile_id"], unique=False)
    op.create_table(
        "profile_licence",
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["talent_profile.id"],
            name=op.f("fk_profile_licence_profile_id_talent_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_licence")),
        sa.UniqueConstraint("profile_id", "licence", name=op.f("uq_profile_licence_profile_id_licence")),
    )
    op.create_index(op.f("ix_profile_licence_profile_id"), "profile_licence", ["profile_id"], unique=False)
    op.create_table(
        "profile_link",
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["talent_profile.id"],
            name=op.f("fk_profile_link_profile_id_talent_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_link")),
        sa.UniqueConstraint("profile_id", "url", name=op.f("uq_profile_link_profile_id_url")),
    )
    op.create_index(op.f("ix_profile_link_profile_id"), "profile_link", ["profile_id"], unique=False)
    op.create_table(
        "profile_skill",
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "evidence IN ('declared', 'inferred', 'course', 'certified')",
            name=op.f("ck_profile_skill_evidence_known"),
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_profile_skill_level_range")),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["talent_profile.id"],
            name=op.f("fk_profile_skill_profile_id_talent_profile"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_profile_skill_skill_id_skill")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_skill")),
        sa.UniqueConstraint("profile_id", "skill_id", name=op.f("uq_profile_skill_profile_id_skill_id")),
    )
    op.create_index(op.f("ix_profile_skill_profile_id"), "profile_skill", ["profile_id"], unique=False)
    op.create_index(op.f("ix_profile_skill_skill_id"), "profile_skill", ["skill_id"], unique=False)
    op.create_table(
        "refresh_token",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["auth_session.id"],
            name=op.f("fk_refresh_token_session_id_auth_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_token_token_hash")),
    )
    op.create_index(op.f("ix_refresh_token_session_id"), "refresh_token", ["session_id"], unique=False)
    op.create_table(
        "scheme",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kkni_level", sa.SmallInteger(), nullable=True),
        sa.Column("occupation_code", sa.Text(), nullable=True),
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("validity_months", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('kkni', 'occupation', 'cluster')", name=op.f("ck_scheme_kind_known")),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_scheme_status_known")),
        sa.ForeignKeyConstraint(
            ["occupation_code"], ["occupation.code"], name=op.f("fk_scheme_occupation_code_occupation")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["taxonomy_release.id"], name=op.f("fk_scheme_release_id_taxonomy_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme")),
        sa.UniqueConstraint("code", name=op.f("uq_scheme_code")),
    )
    op.create_table(
        "skill_neighbour",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.CheckConstraint("rate BETWEEN 1 AND 1000000", name=op.f("ck_skill_neighbour_rate_range")),
        sa.ForeignKeyConstraint(["source_id"], ["skill.id"], name=op.f("fk_skill_neighbour_source_id_skill")),
        sa.ForeignKeyConstraint(["target_id"], ["skill.id"], name=op.f("fk_skill_neighbour_target_id_skill")),
        sa.PrimaryKeyConstraint("source_id", "target_id", name=op.f("pk_skill_neighbour")),
    )
    op.create_table(
        "skill_relation",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('broader', 'related')", name=op.f("ck_skill_relation_kind_known")),
        sa.ForeignKeyConstraint(["source_id"], ["skill.id"], name=op.f("fk_skill_relation_source_id_skill")),
        sa.ForeignKeyConstraint(["target_id"], ["skill.id"], name=op.f("fk_skill_relation_target_id_skill")),
        sa.PrimaryKeyConstraint("source_id", "kind", "target_id", name=op.f("pk_skill_relation")),
    )
    op.create_index(op.f("ix_skill_relation_target_id_kind"), "skill_relation", ["target_id", "kind"], unique=False)
    op.create_table(
        "unit_skill",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_unit_skill_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["competency_unit.id"], name=op.f("fk_unit_skill_unit_id_competency_unit")
        ),
        sa.PrimaryKeyConstraint("unit_id", "skill_id", name=op.f("pk_unit_skill")),
    )
    op.create_index(op.f("ix_unit_skill_skill_id"), "unit_skill", ["skill_id"], unique=False)
    op.create_table(
        "vacancy",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("occupation_code", sa.Text(), nullable=False),
        sa.Column("industry_edition", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("filled_count", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("work_arrangement", sa.Text(), nullable=False),
        sa.Column("work_relation", sa.Text(), nullable=False),
        sa.Column("contract_months", sa.SmallInteger(), nullable=True),
        sa.Column("probation_months", sa.SmallInteger(), nullable=True),
        sa.Column("working_days_per_month", sa.SmallInteger(), nullable=True),
        sa.Column("placement_scope", sa.Text(), nullable=False),
        sa.Column("placement_country", sa.Text(), nullable=True),
        sa.Column("placement_agency_licence", sa.Text(), nullable=True),
        sa.Column("placement_contract", sa.Text(), nullable=True),
        sa.Column("placement_fee", sa.BigInteger(), nullable=False),
        sa.Column("pay_currency", sa.Text(), nullable=False),
        sa.Column("pay_minimum", sa.BigInteger(), nullable=True),
        sa.Column("pay_maximum", sa.BigInteger(), nullable=True),
        sa.Column("pay_period", sa.Text(), nullable=False),
        sa.Column("pay_shown", sa.Boolean(), nullable=False),
        sa.Column("pay_monthly_minimum", sa.BigInteger(), nullable=True),
        sa.Column("pay_monthly_maximum", sa.BigInteger(), nullable=True),
        sa.Column("education_minimum", sa.Text(), nullable=True),
        sa.Column("experience_years", sa.SmallInteger(), nullable=True),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("required_licences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("accommodations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("benefits", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("documents", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("age_minimum", sa.SmallInteger(), nullable=True),
        sa.Column("age_maximum", sa.SmallInteger(), nullable=True),
        sa.Column("sex_required", sa.Text(), nullable=True),
        sa.Column("limit_reason", sa.Text(), nullable=True),
        sa.Column("limits_approved_by", sa.Uuid(), nullable=True),
        sa.Column("document_custody", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("application_method", sa.Text(), nullable=False),
        sa.Column("application_url", sa.Text(), nullable=True),
        sa.Column("source_portal", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("external_url", sa.Text(), nullable=True),
        sa.Column("last_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("application_method IN ('hub', 'link')", name=op.f("ck_vacancy_application_method_known")),
        sa.CheckConstraint(
            "pay_period IN ('hour', 'day', 'week', 'month', 'year', 'project')",
            name=op.f("ck_vacancy_pay_period_known"),
        ),
        sa.CheckConstraint("placement_scope IN ('akl', 'akad', 'akan')", name=op.f("ck_vacancy_placement_scope_known")),
        sa.CheckConstraint(
            "status IN ('draft', 'pending_review', 'needs_revision', 'rejected', 'scheduled', 'published', 'suspended', 'closed', 'filled', 'expired', 'blocked')",
            name=op.f("ck_vacancy_status_known"),
        ),
        sa.CheckConstraint(
            "work_arrangement IN ('onsite', 'hybrid', 'remote', 'remote_foreign')",
            name=op.f("ck_vacancy_work_arrangement_known"),
        ),
        sa.CheckConstraint(
            "work_relation IN ('pkwtt', 'pkwt_time', 'pkwt_job', 'daily', 'outsourced', 'apprenticeship', 'internship', 'freelance', 'platform')",
            name=op.f("ck_vacancy_work_relation_known"),
        ),
        sa.CheckConstraint(
            "experience_years IS NULL OR experience_years BETWEEN 0 AND 50",
            name=op.f("ck_vacancy_experience_range"),
        ),
        sa.CheckConstraint("filled_count BETWEEN 0 AND openings", name=op.f("ck_vacancy_filled_within_openings")),
        sa.CheckConstraint("openings >= 1", name=op.f("ck_vacancy_openings_positive")),
        sa.CheckConstraint("pay_maximum IS NULL OR pay_maximum >= pay_minimum", name=op.f("ck_vacancy_pay_in_order")),
        sa.CheckConstraint("pay_minimum IS NULL OR pay_minimum >= 0", name=op.f("ck_vacancy_pay_minimum_positive")),
        sa.CheckConstraint("placement_fee = 0", name=op.f("ck_vacancy_no_placement_fee")),
        sa.ForeignKeyConstraint(
            ["industry_edition", "industry_code"],
            ["industry.edition", "industry.code"],
            name=op.f("fk_vacancy_industry_edition_industry_code_industry"),
        ),
        sa.ForeignKeyConstraint(
            ["occupation_code"], ["occupation.code"], name=op.f("fk_vacancy_occupation_code_occupation")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_vacancy_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_vacancy_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancy")),
        sa.UniqueConstraint("source_portal", "external_id", name=op.f("uq_vacancy_source_portal_external_id")),
    )
    op.create_index(
        "ix_vacancy_live_occupation",
        "vacancy",
        ["occupation_code", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
        postgresql_ops={"occupation_code": "text_pattern_ops"},
    )
    op.create_index(
        "ix_vacancy_live_pay",
        "vacancy",
        ["pay_monthly_maximum", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_vacancy_live_posted",
        "vacancy",
        ["published_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_vacancy_live_region",
        "vacancy",
        ["region_code", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
        postgresql_ops={"region_code": "text_pattern_ops"},
    )
    op.create_index(
        "ix_vacancy_live_until",
        "vacancy",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("status IN ('published', 'suspended')"),
    )
    op.create_index(op.f("ix_vacancy_organization_id_id"), "vacancy", ["organization_id", "id"], unique=False)
    op.create_index(
        "ix_vacancy_review",
        "vacancy",
        ["region_code", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending_review'"),
    )
    op.create_index(
        "ix_vacancy_scheduled",
        "vacancy",
        ["publish_at"],
        unique=False,
        postgresql_where=sa.text("status = 'scheduled'"),
    )
    op.create_table(
        "application",
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("talent_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("cover_note", sa.Text(), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('submitted', 'viewed', 'shortlisted', 'test', 'interview', 'offered', 'hired', 'rejected', 'withdrawn', 'expired')",
            name=op.f("ck_application_status_known"),
        ),
        sa.ForeignKeyConstraint(["talent_id"], ["user_account.id"], name=op.f("fk_application_talent_id_user_account")),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancy.id"], name=op.f("fk_application_vacancy_id_vacancy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_talent_id_id"), "application", ["talent_id", "id"], unique=False)
    op.create_index(op.f("ix_application_vacancy_id_id"), "application", ["vacancy_id", "id"], unique=False)
    op.create_index(
        op.f("ix_application_vacancy_id_status_id"),
        "application",
        ["vacancy_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        "uq_application_live",
        "application",
        ["vacancy_id", "talent_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('rejected', 'withdrawn', 'expired')"),
    )
    op.create_table(
        "certificate",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("verification_token", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("talent_id", sa.Uuid(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'revoked', 'superseded')",
            name=op.f("ck_certificate_status_known"),
        ),
        sa.CheckConstraint("valid_until >= issued_on", name=op.f("ck_certificate_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_certificate_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_certificate_scheme_id_scheme")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["certificate.id"], name=op.f("fk_certificate_supersedes_id_certificate")
        ),
        sa.ForeignKeyConstraint(["talent_id"], ["user_account.id"], name=op.f("fk_certificate_talent_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_certificate_supersedes_id")),
        sa.UniqueConstraint("verification_token", name=op.f("uq_certificate_verification_token")),
    )
    op.create_index(op.f("ix_certificate_organization_id_id"), "certificate", ["organization_id", "id"], unique=False)
    op.create_index(op.f("ix_certificate_scheme_id"), "certificate", ["scheme_id"], unique=False)
    op.create_index(op.f("ix_certificate_talent_id_id"), "certificate", ["talent_id", "id"], unique=False)
    op.create_table(
        "match_log",
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("idf_version", sa.Integer(), nullable=False),
        sa.Column("taxonomy_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ranking", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["vacancy_id"], ["vacancy.id"], name=op.f("fk_match_log_vacancy_id_vacancy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_log")),
    )
    op.create_index(op.f("ix_match_log_vacancy_id_id"), "match_log", ["vacancy_id", "id"], unique=False)
    op.create_table(
        "organization_scheme",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_scheme_organization_id_organization"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_organization_scheme_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("organization_id", "scheme_id", name=op.f("pk_organization_scheme")),
    )
    op.create_table(
        "profile_certificate",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["talent_profile.id"],
            name=op.f("fk_profile_certificate_profile_id_talent_profile"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_profile_certificate_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_certificate")),
    )
    op.create_index(op.f("ix_profile_certificate_profile_id"), "profile_certificate", ["profile_id"], unique=False)
    op.create_table(
        "scheme_unit",
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_scheme_unit_scheme_id_scheme")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["competency_unit.id"], name=op.f("fk_scheme_unit_unit_id_competency_unit")
        ),
        sa.PrimaryKeyConstraint("scheme_id", "unit_id", name=op.f("pk_scheme_unit")),
    )
    op.create_table(
        "vacancy_certificate",
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("alternative_group", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_vacancy_certificate_scheme_id_scheme")),
        sa.ForeignKeyConstraint(
            ["vacancy_id"],
            ["vacancy.id"],
            name=op.f("fk_vacancy_certificate_vacancy_id_vacancy"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "vacancy_id", "scheme_id", "mandatory", "alternative_group", name=op.f("pk_vacancy_certificate")
        ),
    )
    op.create_table(
        "vacancy_skill",
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("essential", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_vacancy_skill_level_range")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_vacancy_skill_skill_id_skill")),
        sa.ForeignKeyConstraint(
            ["vacancy_id"],
            ["vacancy.id"],
            name=op.f("fk_vacancy_skill_vacancy_id_vacancy"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vacancy_id", "skill_id", name=op.f("pk_vacancy_skill")),
    )
    op.create_index(op.f("ix_vacancy_skill_skill_id"), "vacancy_skill", ["skill_id"], unique=False)
    for operation, table in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        op.execute(
            f"""
            CREATE FUNCTION log_vacancy_{operation}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO vacancy_change (xid, vacancy_id)
                SELECT pg_current_xact_id()::text::bigint, id FROM changed;
                RETURN NULL;
            END $$
            """
        )
        op.execute(
            f"""
            CREATE TRIGGER vacancy_{operation}_logged AFTER {operation.upper()} ON vacancy
            REFERENCING {table} TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION log_vacancy_{operation}()
            """
        )
    # The organization is logged, not its vacancies: a vacancy that another transaction is just publishing
    # could not be seen here, but it is when the log is read.
    op.execute(
        """
        CREATE FUNCTION log_organization_status() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO vacancy_change (xid, organization_id)
            SELECT pg_current_xact_id()::text::bigint, n.id FROM changed n JOIN former f USING (id)
            WHERE n.status <> f.status;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER organization_status_logged AFTER UPDATE ON organization
        REFERENCING NEW TABLE AS changed OLD TABLE AS former
        FOR EACH STATEMENT EXECUTE FUNCTION log_organization_status()
        """
    )
    op.execute(
        """
        CREATE FUNCTION log_talent() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format(
                'INSERT INTO talent_change (xid, talent_id) '
                'SELECT DISTINCT pg_current_xact_id()::text::bigint, %I FROM changed', TG_ARGV[0]
            );
            RETURN NULL;
        END $$
        """
    )
    for table, column in _TALENT_TABLES.items():
        for operation, side in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
            op.execute(
                f"""
                CREATE TRIGGER {table}_{operation}_logged AFTER {operation.upper()} ON {table}
                REFERENCING {side} TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION log_talent('{column}')
                """
            )


def downgrade() -> None:
    """Undo."""
    op.execute("SET LOCAL lock_timeout = '1s'")
    for operation in ("insert", "update", "delete"):
        op.execute(f"DROP FUNCTION IF EXISTS log_vacancy_{operation}() CASCADE")
    for function in ("log_organization_status", "log_talent"):
        op.execute(f"DROP FUNCTION IF EXISTS {function}() CASCADE")
    op.drop_index(op.f("ix_vacancy_skill_skill_id"), table_name="vacancy_skill")
    op.drop_table("vacancy_skill")
    op.drop_table("vacancy_certificate")
    op.drop_table("scheme_unit")
    op.drop_index(op.f("ix_profile_certificate_profile_id"), table_name="profile_certificate")
    op.drop_table("profile_certificate")
    op.drop_table("organization_scheme")
    op.drop_index(op.f("ix_match_log_vacancy_id_id"), table_name="match_log")
    op.drop_table("match_log")
    op.drop_index(op.f("ix_certificate_talent_id_id"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_scheme_id"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_organization_id_id"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(
        "uq_application_live",
        table_name="application",
        postgresql_where=sa.text("status NOT IN ('rejected', 'withdrawn', 'expired')"),
    )
    op.drop_index(op.f("ix_application_vacancy_id_status_id"), table_name="application")
    op.drop_index(op.f("ix_application_vacancy_id_id"), table_name="application")
    op.drop_index(op.f("ix_application_talent_id_id"), table_name="application")
    op.drop_table("application")
    op.drop_index("ix_vacancy_scheduled", table_name="vacancy", postgresql_where=sa.text("status = 'scheduled'"))
    op.drop_index("ix_vacancy_review", table_name="vacancy", postgresql_where=sa.text("status = 'pending_review'"))
    op.drop_index(op.f("ix_vacancy_organization_id_id"), table_name="vacancy")
    op.drop_index(
        "ix_vacancy_live_until",
        table_name="vacancy",
        postgresql_where=sa.text("status IN ('published', 'suspended')"),
    )
    op.drop_index(
        "ix_vacancy_live_region",
        table_name="vacancy",
        postgresql_where=sa.text("status = 'published'"),
        postgresql_ops={"region_code": "text_pattern_ops"},
    )
    op.drop_index("ix_vacancy_live_posted", table_name="vacancy", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_vacancy_live_pay", table_name="vacancy", postgresql_where=sa.text("status = 'published'"))
    op.drop_index(
        "ix_vacancy_live_occupation",
        table_name="vacancy",
        postgresql_where=sa.text("status = 'published'"),
        postgresql_ops={"occupation_code": "text_pattern_ops"},
    )
    op.drop_table("vacancy")
    op.drop_index(op.f("ix_unit_skill_skill_id"), table_name="unit_skill")
    op.drop_table("unit_skill")
    op.drop_index(op.f("ix_skill_relation_target_id_kind"), table_name="skill_relation")
    op.drop_table("skill_neighbour")
    op.drop_table("skill_relation")
    op.drop_table("scheme")
    op.drop_index(op.f("ix_refresh_token_session_id"), table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index(op.f("ix_profile_skill_skill_id"), table_name="profile_skill")
    op.drop_index(op.f("ix_profile_skill_profile_id"), table_name="profile_skill")
    op.drop_table("profile_skill")
    op.drop_index(op.f("ix_profile_link_profile_id"), table_name="profile_link")
    op.drop_table("profile_link")
    op.drop_index(op.f("ix_profile_licence_profile_id"), table_name="profile_licence")
    op.drop_table("profile_licence")
    op.drop_index(op.f("ix_profile_language_profile_id"), table_name="profile_language")
    op.drop_table("profile_language")
    op.drop_index(op.f("ix_profile_experience_profile_id"), table_name="profile_experience")
    op.drop_table("profile_experience")
    op.drop_index(op.f("ix_profile_education_profile_id"), table_name="profile_education")
    op.drop_table("profile_education")
    op.drop_index(op.f("ix_partner_client_organization_id"), table_name="partner_client")
    op.drop_table("partner_client")
    op.drop_index(op.f("ix_organization_member_user_id"), table_name="organization_member")
    op.drop_table("organization_member")
    op.drop_index(op.f("ix_occupation_skill_skill_id"), table_name="occupation_skill")
    op.drop_table("occupation_skill")
    op.drop_table("idf_entry")
    op.drop_index("ix_talent_profile_visible", table_name="talent_profile", postgresql_where="visible_to_employers")
    op.drop_index(op.f("ix_talent_profile_region_code"), table_name="talent_profile")
    op.drop_table("talent_profile")
    op.drop_table("skill")
    op.drop_index("uq_organization_nib", table_name="organization", postgresql_where=sa.text("nib IS NOT NULL"))
    op.drop_index(op.f("ix_organization_status_region_code_id"), table_name="organization")
    op.drop_table("organization")
    op.drop_index(op.f("ix_occupation_parent_code"), table_name="occupation")
    op.drop_table("occupation")
    op.drop_index(op.f("ix_industry_edition_parent_code"), table_name="industry")
    op.drop_table("industry")
    op.drop_index("uq_consent_live", table_name="consent", postgresql_where=sa.text("withdrawn_at IS NULL"))
    op.drop_table("consent")
    op.drop_table("competency_unit")
    op.drop_index(op.f("ix_auth_session_user_id"), table_name="auth_session")
    op.drop_table("auth_session")
    op.drop_index(op.f("ix_talent_change_xid"), table_name="talent_change")
    op.drop_table("talent_change")
    op.drop_index(op.f("ix_vacancy_change_xid"), table_name="vacancy_change")
    op.drop_table("vacancy_change")
    op.drop_table("user_account")
    op.drop_index(op.f("ix_transition_log_aggregate_type_aggregate_id_id"), table_name="transition_log")
    op.drop_table("transition_log")
    op.drop_index(
        "ix_taxonomy_term_trigram",
        table_name="taxonomy_term",
        postgresql_using="gin",
        postgresql_ops={"term": "gin_trgm_ops"},
    )
    op.drop_index("ix_taxonomy_term_prefix", table_name="taxonomy_term", postgresql_ops={"term": "text_pattern_ops"})
    op.drop_table("taxonomy_term")
    op.drop_table("taxonomy_release")
    op.drop_table("signing_key")
    op.drop_index(op.f("ix_region_parent_code"), table_name="region")
    op.drop_table("region")
    op.drop_table("rate_limit_bucket")
    op.drop_index(
        "ix_outbox_event_undelivered",
        table_name="outbox_event",
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.drop_table("outbox_event")
    op.drop_index("uq_idf_version_active", table_name="idf_version", postgresql_where=sa.text("active"))
    op.drop_table("idf_version")
    op.drop_index(op.f("ix_idempotency_record_created_at"), table_name="idempotency_record")
    op.drop_table("idempotency_record")
