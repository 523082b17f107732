"""Problems of reference data."""

from app.core.errors import kind

UNKNOWN_CODE_LIST = kind(
    "unknown_code_list",
    404,
    title=("Daftar kode tidak dikenal", "Unknown code list"),
    detail=("Daftar yang ada: {known}.", "Known lists: {known}."),
)
