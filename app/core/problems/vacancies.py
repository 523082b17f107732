"""Problems of vacancies."""

from app.core.errors import kind

VACANCY_LOCKED = kind(
    "vacancy_locked",
    409,
    title=("Isian ini terkunci", "These fields are locked"),
    detail=(
        "Pada status '{status}' isian ini tidak dapat diubah: {fields}. Yang dapat diubah: {editable}.",
        "In the state '{status}' these fields cannot be changed: {fields}. What can be changed: {editable}.",
    ),
)
VACANCY_NOT_PUBLISHABLE = kind(
    "vacancy_not_publishable",
    409,
    title=("Lowongan belum dapat tayang", "The vacancy cannot go public"),
    detail=(
        "{count} syarat belum terpenuhi; lihat findings.",
        "{count} condition(s) are not met; see findings.",
    ),
)
EXTERNAL_ID_TAKEN = kind(
    "external_id_taken",
    409,
    title=("Nomor lowongan sudah dipakai", "The external id is taken"),
    detail=(
        "Portal ini sudah memasukkan lowongan dengan nomor yang sama.",
        "A vacancy of this portal with the same id exists already.",
    ),
)
