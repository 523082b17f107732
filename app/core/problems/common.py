"""Problems that any operation may answer."""

from app.core.errors import kind

BAD_REQUEST = kind(
    "bad_request",
    400,
    title=("Permintaan tidak terbaca", "The request cannot be read"),
    detail=("Permintaan tidak dapat dibaca: {reason}.", "The request cannot be read: {reason}."),
)
UNAUTHENTICATED = kind(
    "unauthenticated",
    401,
    title=("Perlu masuk", "Sign-in needed"),
    detail=(
        "Sertakan token akses yang berlaku pada header Authorization: Bearer.",
        "Send a valid access token in the header Authorization: Bearer.",
    ),
)
PERMISSION_DENIED = kind(
    "permission_denied",
    403,
    title=("Tidak diizinkan", "Not allowed"),
    detail=(
        "Tindakan ini memerlukan izin {permission}, yang tidak dimiliki akun Anda.",
        "This needs the permission {permission}, which your account does not have.",
    ),
)
NOT_FOUND = kind(
    "not_found",
    404,
    title=("Tidak ditemukan", "Not found"),
    detail=(
        "Tidak ada yang dapat Anda lihat di alamat ini.",
        "There is nothing at this address that you may see.",
    ),
)
METHOD_NOT_ALLOWED = kind(
    "method_not_allowed",
    405,
    title=("Metode tidak tersedia", "Method not available"),
    detail=("Alamat ini menerima: {allowed}.", "This address takes: {allowed}."),
)
NOT_ACCEPTABLE = kind(
    "not_acceptable",
    406,
    title=("Bentuk tidak tersedia", "Form not available"),
    detail=("Bentuk yang tersedia: {available}.", "Available forms: {available}."),
)
CONFLICT = kind(
    "conflict",
    409,
    title=("Bertentangan dengan data yang ada", "In conflict with what exists"),
    detail=(
        "Perubahan ini bertentangan dengan data yang ada. Muat ulang lalu coba lagi.",
        "The change conflicts with what exists. Reload and try again.",
    ),
)
ILLEGAL_TRANSITION = kind(
    "illegal_transition",
    409,
    title=("Langkah tidak sah pada status ini", "Not a legal step from this state"),
    detail=(
        "Dari status '{current}' langkah '{event}' tidak sah. Langkah yang sah: {allowed}.",
        "From the state '{current}' the step '{event}' is not legal. Legal steps: {allowed}.",
    ),
)
IDEMPOTENCY_IN_PROGRESS = kind(
    "idempotency_in_progress",
    409,
    title=("Permintaan yang sama masih berjalan", "The same request is still running"),
    detail=(
        "Permintaan dengan Idempotency-Key ini masih diproses. Coba lagi sebentar.",
        "A request with this Idempotency-Key is still running. Try again shortly.",
    ),
)
PRECONDITION_FAILED = kind(
    "precondition_failed",
    412,
    title=("Data sudah berubah", "The resource has changed"),
    detail=(
        "Data telah berubah sejak Anda membacanya. Baca lagi, lalu kirim ETag yang baru pada If-Match.",
        "The resource changed since you read it. Read it again and send its new ETag in If-Match.",
    ),
)
PAYLOAD_TOO_LARGE = kind(
    "payload_too_large",
    413,
    title=("Isi terlalu besar", "The body is too large"),
    detail=("Isi permintaan melebihi {limit} byte.", "The request body is larger than {limit} bytes."),
)
UNSUPPORTED_MEDIA_TYPE = kind(
    "unsupported_media_type",
    415,
    title=("Jenis isi tidak didukung", "Unsupported media type"),
    detail=("Kirim isi sebagai {expected}.", "Send the body as {expected}."),
)
VALIDATION_FAILED = kind(
    "validation_failed",
    422,
    title=("Isian tidak sah", "Invalid input"),
    detail=("{count} isian perlu diperbaiki; lihat errors.", "{count} field(s) need mending; see errors."),
)
IDEMPOTENCY_KEY_REUSED = kind(
    "idempotency_key_reused",
    422,
    title=("Idempotency-Key sudah dipakai", "Idempotency-Key already used"),
    detail=(
        "Idempotency-Key ini sudah dipakai untuk permintaan lain. Pakai kunci baru.",
        "This Idempotency-Key was used for another request. Use a new key.",
    ),
)
INVALID_CURSOR = kind(
    "invalid_cursor",
    422,
    title=("Kursor tidak sah", "Invalid cursor"),
    detail=(
        "Kursor ini rusak atau milik saringan/urutan lain. Mulai lagi tanpa kursor.",
        "The cursor is damaged or belongs to other filters or another sort. Start again without it.",
    ),
)
PRECONDITION_REQUIRED = kind(
    "precondition_required",
    428,
    title=("If-Match diperlukan", "If-Match is required"),
    detail=(
        "Kirim ETag dari bacaan terakhir pada header If-Match.",
        "Send the ETag of your last reading in the header If-Match.",
    ),
)
RATE_LIMITED = kind(
    "rate_limited",
    429,
    title=("Terlalu banyak permintaan", "Too many requests"),
    detail=("Batas tercapai. Coba lagi dalam {seconds} detik.", "Limit reached. Try again in {seconds} seconds."),
)
INTERNAL_ERROR = kind(
    "internal_error",
    500,
    title=("Kesalahan di pihak kami", "An error on our side"),
    detail=(
        "Terjadi kesalahan di pihak kami. Sebutkan request_id saat melapor.",
        "Something failed on our side. Quote the request_id when you report it.",
    ),
)
UNAVAILABLE = kind(
    "unavailable",
    503,
    title=("Layanan sedang sibuk", "Service busy"),
    detail=("Coba lagi sebentar.", "Try again shortly."),
)
