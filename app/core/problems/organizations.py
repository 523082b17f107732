"""Problems of organizations."""

from app.core.errors import kind

ORGANIZATION_INCOMPLETE = kind(
    "organization_incomplete",
    422,
    title=("Data organisasi belum lengkap", "The organization is incomplete"),
    detail=("Lengkapi dulu: {fields}.", "Complete these first: {fields}."),
)
ORGANIZATION_NOT_VERIFIED = kind(
    "organization_not_verified",
    409,
    title=("Organisasi belum terverifikasi", "The organization is not verified"),
    detail=(
        "Tindakan ini hanya untuk organisasi yang terverifikasi; statusnya sekarang '{status}'.",
        "Only a verified organization may do this; it is '{status}' now.",
    ),
)
NIB_TAKEN = kind(
    "nib_taken",
    409,
    title=("NIB sudah terdaftar", "The NIB is registered already"),
    detail=(
        "NIB ini sudah dipakai organisasi lain. Minta pemiliknya mengundang Anda, atau hubungi dinas setempat.",
        "Another organization has this NIB. Ask its owner to invite you, or turn to the local office.",
    ),
)
MEMBER_EXISTS = kind(
    "member_exists",
    409,
    title=("Sudah menjadi anggota", "Already a member"),
    detail=("Orang ini sudah menjadi anggota.", "This person is a member already."),
)
LAST_OWNER = kind(
    "last_owner",
    409,
    title=("Pemilik terakhir", "The last owner"),
    detail=(
        "Pemilik terakhir tidak dapat keluar atau diturunkan. Angkat pemilik lain dulu.",
        "The last owner cannot leave or step down. Make somebody else an owner first.",
    ),
)
