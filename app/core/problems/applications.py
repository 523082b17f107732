"""Problems of applications."""

from app.core.errors import kind

APPLICATION_EXISTS = kind(
    "application_exists",
    409,
    title=("Lamaran sudah ada", "You have applied already"),
    detail=(
        "Lamaran Anda untuk lowongan ini masih berjalan. Tarik dulu bila ingin melamar ulang.",
        "Your application to this vacancy is still live. Withdraw it first to apply anew.",
    ),
)
APPLY_ELSEWHERE = kind(
    "apply_elsewhere",
    409,
    title=("Lamaran lewat tautan", "Apply by the link"),
    detail=(
        "Lowongan ini menerima lamaran lewat tautan pemasangnya; lihat application_url.",
        "This vacancy takes applications by its poster's link; see application_url.",
    ),
)
