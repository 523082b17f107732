"""The data directory of one hub: whose it is, who holds it, whether there is room in it.

    DATA_DIR/hub.json       marker: product, layout format, PostgreSQL major version
    DATA_DIR/owner.lock     flock of the one process that owns the directory; its pid is the content
    DATA_DIR/app.password   0600, password of the role the application connects as
    DATA_DIR/postgres.log   the server's log
    DATA_DIR/postgres/      0700, owned by the account the server runs as: pg18/, run/, superuser.password

A directory is checked before anything in it is changed.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from app.core import clock

FORMAT = 1
PRODUCT = "labour-hub"
MARKER = "hub.json"
LOCK = "owner.lock"
# A fresh cluster with its first WAL segment and one database is 47 MB, and is written beside nothing else; a
# restart replays WAL and opens a few 16 MB segments.
FRESH_BYTES = 128 * 2**20
RESTART_BYTES = 48 * 2**20

# What a hub killed before it wrote its marker may leave behind.
_BEFORE_MARKER = frozenset({LOCK, MARKER + ".new"})
_CLUSTER = re.compile(r"pg(\d+)")
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_PERMISSION = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NOT_A_DIRECTORY = frozenset({errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG})


class Reason(StrEnum):
    """Why the embedded server could not be had."""

    IN_USE = "in_use"
    FOREIGN = "foreign"
    NEWER = "newer"
    OLDER = "older"
    DAMAGED = "damaged"
    DISK_FULL = "disk_full"
    NO_PERMISSION = "no_permission"
    DID_NOT_START = "did_not_start"
    UNSUPPORTED_PLATFORM = "unsupported_platform"


class EmbeddedPostgresError(Exception):
    """The embedded server could not be started. `message` is one line: what, where, what to do."""

    def __init__(self, reason: Reason, message: str) -> None:
        self.reason = reason
        self.message = " ".join(message.split())
        super().__init__(self.message)


def free_bytes(path: Path) -> int:
    """Bytes that an unprivileged account may still write on the file system of `path`."""
    return shutil.disk_usage(path).free


def require_space(path: Path, needed: int, *, free: Callable[[Path], int] = free_bytes) -> None:
    """Raise `DISK_FULL` unless `needed` bytes are free where `path` lies."""
    available = free(path)
    if available < needed:
        raise disk_full(path, f"{available // 2**20} MB are free and {needed // 2**20} MB are needed")


def disk_full(path: Path, detail: str) -> EmbeddedPostgresError:
    """The error for a full disk under `path`; `detail` is what was seen."""
    return EmbeddedPostgresError(
        Reason.DISK_FULL,
        f"no space left for {path}: {detail}; free some space or choose another --data-dir",
    )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals on and under `path` into one clear line."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if error.errno in _NO_SPACE:
            raise disk_full(path, f"{where}: {error.strerror}") from error
        if error.errno in _NO_PERMISSION:
            raise EmbeddedPostgresError(
                Reason.NO_PERMISSION,
                f"no permission to write to {where} ({error.strerror}); change its owner or choose another --data-dir",
            ) from error
        if error.errno in _NOT_A_DIRECTORY:
            raise EmbeddedPostgresError(
                Reason.FOREIGN,
                f"{where} cannot hold the hub's data ({error.strerror}); choose another --data-dir",
            ) from error
        raise EmbeddedPostgresError(
            Reason.DID_NOT_START, f"cannot use {where}: {error.strerror or error}; choose another --data-dir"
        ) from error


class DataDirectory:
    """One data directory, held by at most one process at a time.

    `major` is the major version of the PostgreSQL binaries that will be run on it.
    """

    def __init__(self, path: Path, *, major: int) -> None:
        self.path = path
        self.major = major
        self._lock: int | None = None

    @property
    def server_dir(self) -> Path:
        """What the server's account owns."""
        return self.path / "postgres"

    @property
    def cluster(self) -> Path:
        """The cluster of this major version."""
        return self.server_dir / f"pg{self.major}"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.path / "postgres.log"

    def claim(self) -> None:
        """Check the directory, become its owner and mark it; raises `EmbeddedPostgresError`.

        The lock is an flock: the kernel drops it when the owner dies, however it dies.
        """
        with explained(self.path):
            self._check()
            self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
            self._acquire()
            try:
                self._check()  # once more, now that nobody else can change it
                require_space(self.path, RESTART_BYTES if self.cluster.exists() else FRESH_BYTES)
                self._mark()
            except BaseException:
                self.release()
                raise

    def release(self) -> None:
        """Let the next owner in; harmless when nothing is held."""
        if self._lock is not None:
            with suppress(OSError):
                os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def _acquire(self) -> None:
        lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
            os.close(lock)
            raise EmbeddedPostgresError(
                Reason.IN_USE,
                f"the data directory {self.path} is in use by another hub"
                f"{f' (process {owner})' if owner else ''}; stop it or choose another --data-dir",
            ) from error
        except BaseException:
            os.close(lock)
            raise
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def _check(self) -> None:
        """Refuse what is not ours or is from another time; reads only."""
        try:
            names = {entry.name for entry in self.path.iterdir()}
        except FileNotFoundError:
            return
        if MARKER not in names:
            if names - _BEFORE_MARKER:
                raise self._foreign(detail=f"it is not empty and has no {MARKER}")
            return
        written = self._read_marker()
        if written["format"] > FORMAT:
            raise self._newer(detail=f"layout {written['format']}, this hub knows {FORMAT}")
        majors = {written["postgres_major"]}
        with suppress(FileNotFoundError):
            majors |= {int(m[1]) for entry in self.server_dir.iterdir() if (m := _CLUSTER.fullmatch(entry.name))}
        with suppress(FileNotFoundError):
            version = (self.cluster / "PG_VERSION").read_text("ascii", "replace").strip()
            majors |= {int(version)} if version.isdecimal() else set()
        if max(majors) > self.major:
            raise self._newer(detail=f"PostgreSQL {max(majors)}, this hub has {self.major}")
        if self.major not in majors:
            raise EmbeddedPostgresError(
                Reason.OLDER,
                f"the data directory {self.path} was written by PostgreSQL {max(majors)} and this hub has "
                f"{self.major}; dump it with the release that wrote it, load the dump into a new --data-dir",
            )

    def _read_marker(self) -> dict[str, int]:
        try:
            marker = json.loads((self.path / MARKER).read_text("utf-8"))
            if marker["product"] != PRODUCT:
                raise self._foreign(detail=f"its {MARKER} belongs to another program")
            return {key: int(marker[key]) for key in ("format", "postgres_major")}
        except (ValueError, KeyError, TypeError) as error:
            raise self._foreign(detail=f"its {MARKER} cannot be read") from error

    def _mark(self) -> None:
        """Write the marker if it is not there yet, whole or not at all."""
        marker = self.path / MARKER
        if marker.exists():
            return
        aside = self.path / (MARKER + ".new")
        with aside.open("w", encoding="utf-8") as file:
            json.dump({"product": PRODUCT, "format": FORMAT, "postgres_major": self.major}, file)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(marker)
        sync_directory(self.path)

    def _foreign(self, *, detail: str) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            Reason.FOREIGN,
            f"{self.path} is not a hub data directory ({detail}); nothing in it was changed; choose another --data-dir",
        )

    def _newer(self, *, detail: str) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            Reason.NEWER,
            f"the data directory {self.path} was written by a newer hub ({detail}); run that one or choose "
            "another --data-dir",
        )


def sync_directory(path: Path) -> None:
    """Make renames inside `path` survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_password(path: Path) -> str | None:
    """The password kept in `path`, or None when there is none."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="ascii") as file:
            return file.read().strip() or None
    except FileNotFoundError:
        return None


def write_password(path: Path, *, owner: tuple[int, int] | None = None, password: str | None = None) -> str:
    """Keep a new random password (or `password`) in `path`, mode 0600, for `owner` (uid, gid); returns it."""
    password = password or clock.random_token(24)
    with suppress(FileNotFoundError):
        path.unlink()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        if owner is not None:
            os.fchown(handle, *owner)
        file.write(password)
        file.flush()
        os.fsync(handle)
    return password


def private_directory(path: Path, owner: tuple[int, int] | None) -> None:
    """Make `path` a 0700 directory of `owner` (uid, gid; None: this process's account).

    Raises `NO_PERMISSION` when something else stands there: in a shared temporary directory another account
    may have made it first.
    """
    uid = os.geteuid() if owner is None else owner[0]
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if owner is not None:
            os.chown(path, *owner, follow_symlinks=False)
    seen = path.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in {uid, 0 if owner else uid}:
        raise EmbeddedPostgresError(
            Reason.NO_PERMISSION,
            f"{path} is not a directory of account {uid}; remove it or choose another --data-dir",
        )
    if owner is not None and seen.st_uid != uid:
        os.chown(path, *owner, follow_symlinks=False)
    path.chmod(0o700)
