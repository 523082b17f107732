"""Problems of profiles."""

from app.core.errors import kind

NIK_REGISTERED = kind(
    "nik_registered",
    409,
    title=("NIK sudah terdaftar", "The NIK is registered already"),
    detail=(
        (
            "NIK ini sudah tercatat pada akun lain. Bila itu akun lama Anda, masuk ke sana atau pulihkan. Bila bukan, "
            "datangi pengantar kerja di dinas ketenagakerjaan kabupaten/kota Anda dengan KTP asli; sebutkan "
            "request_id ini."
        ),
        (
            "Another account has this NIK. If that is an old account of yours, sign in there or recover it. If it is "
            "not, turn to the officer at the labour office of your regency or city with your identity card, and quote "
            "this request_id."
        ),
    ),
)
PROFILE_LIMIT = kind(
    "profile_limit",
    422,
    title=("Batas isi profil tercapai", "The profile is full"),
    detail=(
        "Profil memuat paling banyak {limit} butir pada '{part}'. Hapus yang tidak perlu dulu.",
        "A profile holds at most {limit} entries of '{part}'. Remove what is not needed first.",
    ),
)
ENTRY_EXISTS = kind(
    "entry_exists",
    409,
    title=("Sudah ada di profil", "Already in the profile"),
    detail=(
        "Butir yang sama sudah ada di profil. Ubah yang itu.",
        "The profile has this entry already. Change that one.",
    ),
)
