"""Take the funding links out of package-lock.json: a lock says what to install, and names no host."""

from __future__ import annotations

import json
from pathlib import Path

FILE = Path(__file__).with_name("package-lock.json")


def main() -> None:
    """Rewrite the lock without `funding` and `resolved`."""
    lock = json.loads(FILE.read_text("utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    FILE.write_text(json.dumps(lock, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
