"""Problems of granting roles and clients."""

from app.core.errors import kind

LAST_ADMIN = kind(
    "last_admin",
    409,
    title=("Admin terakhir", "The last administrator"),
    detail=(
        "Admin terakhir tidak dapat kehilangan perannya. Angkat admin lain dulu.",
        "The last administrator cannot lose the role. Grant it to somebody else first.",
    ),
)
