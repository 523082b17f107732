"""Serving HTTP from this process, or from several that this one watches over."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from app.commands.output import CommandError
from app.commands.protocol import DeadlineProtocol
from app.core.config import Settings
from app.core.db import Database
from app.workers import JOBS, Runner

#: Longer than most load balancers keep a connection idle, shorter than a phone sleeps.
KEEP_ALIVE_SECONDS = 15
GRACE_SECONDS = 10
#: Beyond this many connections and tasks new ones get 503: the pool could not serve them in time anyway.
CONNECTIONS = 1000
_AGAIN_SECONDS = 0.05
_STOPPING = (signal.SIGINT, signal.SIGTERM)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port` (0: any free one); `CommandError` where it is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        # A second hub's bind succeeds until somebody listens.
        taken.listen(2048)
    except OverflowError as error:
        message = f"--port {port} is not a port; choose one from 0 to 65535"
        raise CommandError(message) from error
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror or error})"
        message = f"port {port} on {host} {reason}; stop what uses it or choose another --port"
        raise CommandError(message) from error
    taken.set_inheritable(True)
    return taken


def base_url(host: str, listener: socket.socket) -> str:
    """The URL of a listener for somebody on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{listener.getsockname()[1]}"


def stop_on_signals() -> None:
    """From now on SIGINT and SIGTERM end the process through its `finally` blocks, once.

    Python drops an exception that is raised while it collects garbage (in a weak reference's callback), and the signal
    with it. The hook for such exceptions then asks for the same exit again, a moment later, from ordinary code.
    """

    def leave(number: int, _: FrameType | None) -> None:
        for name in _STOPPING:  # what follows is bounded in time and must not be cut short
            signal.signal(name, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, lambda *_: leave(number, None))
        raise SystemExit(128 + number)

    def dropped(unraisable: sys.UnraisableHookArgs) -> None:
        if isinstance(unraisable.exc_value, SystemExit):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        else:
            sys.__unraisablehook__(unraisable)

    sys.unraisablehook = dropped
    for name in _STOPPING:
        signal.signal(name, leave)


def _options(settings: Settings, host: str, port: int) -> dict[str, Any]:
    return {
        "host": host,
        "port": port,
        "loop": "uvloop",
        "http": DeadlineProtocol,
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,  # the application writes its own, with the request id
        "server_header": False,
        "date_header": True,
        "proxy_headers": settings.trusted_proxies is not None,
        "forwarded_allow_ips": settings.trusted_proxies or "",
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "limit_concurrency": CONNECTIONS,
    }


def serve_here(
    settings: Settings,
    listener: socket.socket,
    *,
    worker: bool,
    started: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Serve in this process until a signal; `started` runs once the server answers."""
    from app.main import create_app  # noqa: PLC0415  # building every operation takes seconds: only who serves needs it

    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(create_app(settings), **_options(settings, host, port))
    server = uvicorn.Server(config)
    for name in _STOPPING:
        # uvicorn restores these handlers at its end and raises the signal again: then it is harmless.
        signal.signal(name, server.handle_exit)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(server, settings, listener, worker=worker, started=started))


async def _serve(
    server: uvicorn.Server,
    settings: Settings,
    listener: socket.socket,
    *,
    worker: bool,
    started: Callable[[], Awaitable[None]] | None,
) -> None:
    stop = asyncio.Event()
    jobs = asyncio.create_task(run_jobs(settings, stop)) if worker else None
    hello = asyncio.create_task(_when_started(server, started)) if started else None
    try:
        await server.serve(sockets=[listener])
    finally:
        stop.set()
        if hello is not None:
            hello.cancel()
        await asyncio.gather(*filter(None, (jobs, hello)), return_exceptions=True)


async def _when_started(server: uvicorn.Server, started: Callable[[], Awaitable[None]]) -> None:
    while not server.started:  # noqa: ASYNC110  # uvicorn sets a flag and tells nobody
        await asyncio.sleep(0.01)
    await started()


async def run_jobs(settings: Settings, stop: asyncio.Event) -> None:
    """Run the periodic jobs until `stop` is set."""
    database = Database.from_settings(settings)
    try:
        await Runner(database, JOBS).run(stop, grace=GRACE_SECONDS)
    finally:
        await database.dispose()


def serve_many(settings: Settings, listener: socket.socket, workers: int, *, worker: bool) -> None:
    """Serve from `workers` processes until a signal; the periodic jobs run in this one."""
    hand_over(settings)
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(
        "app.commands.serving:create_served_app", factory=True, workers=workers, **_options(settings, host, port)
    )
    with _jobs_in_thread(settings) if worker else _nothing():
        Multiprocess(config, sockets=[listener]).run()


def hand_over(settings: Settings) -> None:
    """Leave the database and the secret in the environment, where processes that we start find them."""
    if settings.database_url is not None:
        os.environ["DATABASE_URL"] = settings.database_url
    if settings.secret_key is not None:
        os.environ["HUB_SECRET_KEY"] = settings.secret_key.get_secret_value()
    os.environ["HUB_PUBLIC_BASE_URL"] = settings.public_base_url


def create_served_app() -> object:
    """The application of one of several processes; it ends when the process that started it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    from app.main import create_app  # noqa: PLC0415  # see above

    return create_app()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _jobs_in_thread(settings: Settings) -> Iterator[None]:
    """The periodic jobs in an event loop of their own."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run_jobs(settings, stop))

    thread = threading.Thread(target=run, name="jobs")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def run_worker(settings: Settings, started: Callable[[], None]) -> None:
    """Run the periodic jobs, and nothing else, until a signal; `started` says that signals are now heeded."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in _STOPPING:
            loop.add_signal_handler(name, stop.set)
        started()
        await run_jobs(settings, stop)

    asyncio.run(main())
