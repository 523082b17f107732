"""Problems of the match."""

from app.core.errors import kind

INSUFFICIENT_PROFILE = kind(
    "insufficient_profile",
    409,
    title=("Profil belum cukup untuk peringkat", "The profile is too thin to rank"),
    detail=(
        "Tambahkan paling sedikit satu keterampilan dengan tingkatnya, atau sertifikat kompetensi yang berlaku.",
        "Add at least one skill with its level, or a certificate of competence that is in force.",
    ),
)
RANKING_CHANGED = kind(
    "ranking_changed",
    409,
    title=("Peringkat sudah dihitung ulang", "The ranking has been made anew"),
    detail=(
        "Sejak halaman sebelumnya dasar peringkat berubah: {reason}. Mulai lagi tanpa kursor.",
        "What the ranking rests on has changed since the page before: {reason}. Start again without the cursor.",
    ),
)
VACANCY_NOT_LIVE = kind(
    "vacancy_not_live",
    409,
    title=("Lowongan tidak sedang dibuka", "The vacancy is not open"),
    detail=(
        "Talenta dicari untuk lowongan yang terbit atau terjadwal dan belum lewat tanggalnya; statusnya '{status}'.",
        "Talents are ranked for a vacancy that is published or scheduled and not past its date; it is '{status}'.",
    ),
)
