"""Everything of Hearth in one terminal: started in order, looked after, stopped together."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

import psycopg2
import redis

from config import embedded
from config.embedded import Server
from config.embedded.problems import CannotStartError
from config.embedded.processes import end, marked
from config.launch import place, prepare
from config.launch.children import Child, ServerChild, limit_logs, run_step

# Every process of a checkout carries this variable, so that a later start finds lost ones.
MARK = "HEARTH_RUN"
HEALTHY_SECONDS = 180
LOOK_SECONDS = 0.25
LOG_LOOK_SECONDS = 15


class StopRequest(BaseException):
    """Somebody asked Hearth to stop."""


def run() -> None:
    """Run Hearth until somebody stops it."""
    place.make()
    held = place.lock()
    if held is None:
        address = place.read_state(patience=5).get("address")
        print(f"Hearth is already running at {address}" if address else "Hearth is busy starting.")
        return
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _request_stop)
    children: list[Child] = []
    try:
        _bring_up(children)
        _look_after(children)
    except StopRequest:
        print("\nStopping ...", flush=True)
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        _stop(children)
        place.STATE.unlink(missing_ok=True)
    print("Hearth has stopped; its data is kept.", flush=True)


def sweep() -> bool:
    """End processes that a killed supervisor left behind; say whether there were any."""
    return end(lambda: marked(MARK, str(place.HOME)), signal.SIGTERM, 5)


def check_outside_servers() -> None:
    """Say plainly when a server that the environment names does not answer."""
    if url := os.environ.get("DATABASE_URL"):
        try:
            psycopg2.connect(url, connect_timeout=5).close()
        except psycopg2.Error as error:
            raise CannotStartError(
                f"The PostgreSQL that DATABASE_URL names does not answer: {str(error).strip()}\n"
                f"Start it or correct the address; without DATABASE_URL Hearth starts its own."
            ) from error
    if url := os.environ.get("REDIS_URL"):
        try:
            redis.Redis.from_url(url, socket_connect_timeout=5).ping()
        except (redis.RedisError, ValueError) as error:
            raise CannotStartError(
                f"The Redis that REDIS_URL names does not answer: {error}\n"
                f"Start it or correct the address; without REDIS_URL Hearth starts its own."
            ) from error


def _bring_up(children: list[Child]) -> None:
    began = time.monotonic()
    place.STATE.unlink(missing_ok=True)
    sweep()
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    _check_port(host, port)
    address = f"http://{'localhost' if host in ('0.0.0.0', '::') else _bracketed(host)}:{port}/"
    check_outside_servers()
    servers = _start_servers(children)
    env = place.environment(embedded.environment(servers))
    place.write_state(address=address, environment=embedded.environment(servers))
    sign_in = _prepare_application(env | {MARK: str(place.HOME)})
    *workers, beat = _application(env | {MARK: str(place.HOME)}, host, port)
    for child in workers:
        children.append(child)
        child.start()
    _wait_until_healthy(children, f"{address}healthz")
    # Last: the first tasks were sent already, and loading it would keep the others waiting.
    children.append(beat)
    beat.start()
    print(f"\nHearth is at {address} (up in {time.monotonic() - began:.1f} s)")
    print(f"{sign_in}\nCtrl-C or `make stop` stops it.", flush=True)


def _start_servers(children: list[Child]) -> list[Server]:
    servers = embedded.own_servers(place.HOME)
    for server in servers:
        child = ServerChild(server)
        print(f"Starting {server.name} ...", flush=True)
        child.process = embedded.launch(server, child.log)
        child.started_at = time.monotonic()
        children.append(child)
    return servers


def _prepare_application(env: dict[str, str]) -> str:
    """Bring tables and static files up to date; return the lines on how to sign in."""
    print("Preparing the database (a first start loads the demonstration too) ...", flush=True)
    said = run_step("prepare", [sys.executable, "-m", "config.launch.prepare"], env)
    return said.partition(prepare.SIGN_IN)[2].strip()


def _application(env: dict[str, str], host: str, port: int) -> list[Child]:
    workers = os.environ.get("WEB_WORKERS") or "2"
    many = os.environ.get("WORKER_CONCURRENCY") or str(min(os.cpu_count() or 2, 8))
    web = ["gunicorn", "config.wsgi", "--bind", f"{_bracketed(host)}:{port}"]
    web += ["--workers", workers, "--threads", "4", "--graceful-timeout", "8", "--preload"]
    if sys.platform == "linux":
        # Each process listens by itself, and the kernel spreads connections over them. Where they
        # share what waits, one may take all that a sender opens, and keep it. Elsewhere the last
        # to listen would get everything.
        web.append("--reuse-port")
    celery = ["celery", "-A", "config"]
    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", many]
    waiter = [*celery, "worker", "--loglevel", "INFO", "--pool", "threads"]
    schedule = str(place.HOME / "beat-schedule")
    commands = {
        "web": web,
        # The drain has a worker of its own, so that no long task ever keeps a touchpoint waiting.
        "drain": [*worker, "-Q", "drain", "-n", "drain@%h"],
        "worker": [*worker, "-Q", "hearth", "-n", "worker@%h"],
        # While the last messages of one tick are on their way, the next one goes on.
        "webhooks": [*waiter, "--concurrency", "2", "-Q", "webhooks", "-n", "webhooks@%h"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "-s", schedule, "--pidfile="],
    }
    return [
        Child(name, [sys.executable, "-m", *command], env) for name, command in commands.items()
    ]


def _wait_until_healthy(children: list[Child], url: str) -> None:
    print("Starting the web server and the workers ...", flush=True)
    deadline = time.monotonic() + HEALTHY_SECONDS
    said = "nothing"
    while time.monotonic() < deadline:
        _look(children)
        try:
            # A proxy that the shell names is not meant for our own machine.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            said = f"{error.code} {error.read(300).decode(errors='replace').strip()}"
        except OSError as error:
            said = str(error)
        time.sleep(LOOK_SECONDS)
    raise CannotStartError(
        f"Hearth did not become healthy in {HEALTHY_SECONDS} s. {url} last said: {said}\n"
        f"The logs are in {place.LOGS}"
    )


def _look_after(children: list[Child]) -> None:
    next_log_look = 0.0
    while True:
        _look(children)
        if time.monotonic() > next_log_look:
            limit_logs()
            next_log_look = time.monotonic() + LOG_LOOK_SECONDS
        time.sleep(LOOK_SECONDS)


def _look(children: list[Child]) -> None:
    for child in children:
        if news := child.look_after():
            print(time.strftime("%H:%M:%S"), news, flush=True)


def _stop(children: list[Child]) -> None:
    """Stop what uses the servers first, all at once, and then the servers."""
    users = [child for child in children if not isinstance(child, ServerChild)]
    for child in users:
        child.ask_to_stop()
    for child in users + [child for child in children if isinstance(child, ServerChild)]:
        child.stop()


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStartError(
                f"Hearth cannot listen on {host} port {port}: {error.strerror}. Another program "
                f"may have it. Choose a free port: make run PORT={port + 1}"
            ) from error


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStartError(f"PORT={text} is no port; give a number from 1 to 65535.")
    return int(text)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _request_stop(signum: int, frame: FrameType | None) -> None:
    raise StopRequest
