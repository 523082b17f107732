"""Problems of registration, tokens and accounts. Codes of the token endpoint are those of RFC 6749."""

from app.core.errors import kind

INVALID_GRANT = kind(
    "invalid_grant",
    400,
    title=("Tidak dapat masuk", "Cannot sign in"),
    detail=(
        "Nama pengguna atau sandi salah, atau token penyegar sudah tidak berlaku.",
        "Wrong user name or password, or the refresh token is no longer good.",
    ),
)
INVALID_CLIENT = kind(
    "invalid_client",
    401,
    title=("Klien tidak dikenal", "Unknown client"),
    detail=("client_id atau client_secret salah.", "Wrong client_id or client_secret."),
)
INVALID_SCOPE = kind(
    "invalid_scope",
    400,
    title=("Scope tidak dikenal", "Unknown scope"),
    detail=("Scope tidak dikenal: {scope}.", "Unknown scope: {scope}."),
)
INVALID_REQUEST = kind(
    "invalid_request",
    400,
    title=("Permintaan token tidak lengkap", "Incomplete token request"),
    detail=("Isian wajib untuk grant ini: {fields}.", "This grant needs: {fields}."),
)
UNSUPPORTED_GRANT_TYPE = kind(
    "unsupported_grant_type",
    400,
    title=("Jenis grant tidak didukung", "Unsupported grant type"),
    detail=("Grant yang didukung: {supported}.", "Supported grants: {supported}."),
)
ACCOUNT_EXISTS = kind(
    "account_exists",
    409,
    title=("Akun sudah ada", "The account exists"),
    detail=(
        "Surel atau nomor telepon ini sudah terdaftar. Masuk, atau pulihkan akun Anda.",
        "This e-mail or phone number is registered already. Sign in, or recover the account.",
    ),
)
CONSENT_NEEDED = kind(
    "consent_needed",
    422,
    title=("Persetujuan diperlukan", "Consent needed"),
    detail=(
        "Persetujuan untuk tujuan ini diperlukan lebih dulu: {purposes}.",
        "Consent to these purposes is needed first: {purposes}.",
    ),
)
