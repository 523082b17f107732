"""Problems of certificates and of the schemes that a body is licensed for."""

from app.core.errors import kind

CERTIFICATE_NUMBER_TAKEN = kind(
    "certificate_number_taken",
    409,
    title=("Nomor sertifikat sudah dipakai", "The certificate number is taken"),
    detail=(
        "Sertifikat lain sudah memakai nomor ini. Periksa nomor registernya.",
        "Another certificate has this number already. Check its register number.",
    ),
)
CERTIFICATE_NOT_IN_FORCE = kind(
    "certificate_not_in_force",
    409,
    title=("Sertifikat tidak berlaku", "The certificate is not in force"),
    detail=(
        "Kredensial hanya diterbitkan selama sertifikat berlaku; statusnya sekarang '{status}'.",
        "A credential is issued only while the certificate is in force; it is '{status}' now.",
    ),
)
LICENCE_NOT_IN_FORCE = kind(
    "licence_not_in_force",
    409,
    title=("Izin LSP tidak berlaku", "The body's licence is not in force"),
    detail=(
        "Izin lembaga sertifikasi ini tidak ada atau sudah habis masa berlakunya. Perbarui izinnya dulu.",
        "This certification body has no licence, or its licence has run out. Renew the licence first.",
    ),
)
NOT_A_CERTIFICATION_BODY = kind(
    "not_a_certification_body",
    409,
    title=("Bukan lembaga sertifikasi", "Not a certification body"),
    detail=(
        "Hanya lembaga sertifikasi (LSP) yang memiliki skema dan menerbitkan sertifikat.",
        "Only a certification body (LSP) holds schemes and issues certificates.",
    ),
)
SCHEME_NOT_LICENSED = kind(
    "scheme_not_licensed",
    409,
    title=("Skema di luar lisensi", "The scheme is outside of the licence"),
    detail=(
        "Lembaga ini tidak berlisensi untuk skema {scheme}.",
        "This body is not licensed for the scheme {scheme}.",
    ),
)
SCHEME_RETIRED = kind(
    "scheme_retired",
    409,
    title=("Skema sudah ditarik", "The scheme is retired"),
    detail=(
        "Skema {scheme} sudah ditarik. Penggantinya: {replaced_by}.",
        "The scheme {scheme} is retired. It was replaced by: {replaced_by}.",
    ),
)
