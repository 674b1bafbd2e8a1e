"""The supervisor: children that die, other starts of the same checkout, taken ports."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.problems import CannotStartError
from config.embedded.processes import marked, working_in
from config.launch import children, place, supervisor
from config.launch.children import MOST_DEATHS, Child

ESTABLISHED = "01"
"""How /proc/net/tcp says so."""


@pytest.fixture
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "LOGS", tmp_path)
    return tmp_path


def child(script: str) -> Child:
    made = Child("child", [sys.executable, "-c", script], dict(os.environ))
    made.start()
    return made


def wait_for(condition, seconds: float = 10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def test_killed_child_starts_again_without_what_it_left(logs):
    script = "import subprocess; subprocess.Popen(['sleep', '97']); print('up', flush=True); input"
    one = child(script + "; import time; time.sleep(98)")
    wait_for(lambda: "up" in one.log.read_text())
    group = one.process.pid
    one.process.send_signal(signal.SIGKILL)

    news = wait_for(one.look_after)
    wait_for(lambda: one.look_after() or one.process)

    assert news == "child ended (SIGKILL); it starts again in 0.5 s"
    assert one.process.pid != group
    wait_for(lambda: subprocess.run(["pgrep", "-g", str(group)]).returncode)
    one.stop()


def test_child_that_keeps_dying_stops_everything_with_its_last_lines(logs, monkeypatch):
    monkeypatch.setattr(children, "LONGEST_PAUSE_SECONDS", 0)
    one = child("raise SystemExit('the reason')")

    with pytest.raises(CannotStartError, match=rf"child died {MOST_DEATHS} times(?s:.*)the reason"):
        wait_for(lambda: one.look_after() == "never")


def test_logs_stay_small(logs, monkeypatch):
    monkeypatch.setattr(children, "LARGEST_LOG_BYTES", 10)
    (logs / "web.log").write_text("more than ten bytes")

    children.limit_logs()

    assert (logs / "web.log").read_text() == ""
    assert (logs / "web.log.1").read_text() == "more than ten bytes"


@pytest.mark.parametrize("is_shared", [False, True], ids=["alone", "as our web server"])
def test_taken_port_names_a_way_out(is_shared):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, is_shared)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(CannotStartError, match=f"make run PORT={port + 1}"):
            supervisor._check_port("127.0.0.1", port)


def test_unreachable_named_servers_are_said(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(CannotStartError, match="REDIS_URL names does not answer"):
        supervisor.check_outside_servers()

    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    with pytest.raises(CannotStartError, match="DATABASE_URL names does not answer"):
        supervisor.check_outside_servers()


class Hearth:
    """A whole Hearth in a directory of its own, started as `make run` starts it."""

    def __init__(self, home: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        hidden = ("DATABASE_URL", "REDIS_URL", "TESTING", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
        self.home = home
        self.env = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env |= {"HEARTH_HOME": str(home), "PORT": str(self.port), "DEMO": "0"}

    def command(self, *words: str) -> str:
        """Run the launcher to its end; return what it said."""
        command = [sys.executable, "-m", "config.launch", *words]
        done = subprocess.run(
            command, env=self.env, cwd=place.ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        """Start Hearth and wait until it says where it is."""
        process = subprocess.Popen(
            [sys.executable, "-m", "config.launch", "run"],
            env=self.env,
            cwd=place.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if "stops it." in line:
                    break
            assert "Hearth is at" in "".join(said), "".join(said)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)

    def is_healthy(self) -> bool:
        """Ask /healthz."""
        try:
            address = f"http://127.0.0.1:{self.port}/healthz"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            return False

    def processes(self) -> list[int]:
        """Return everything of it that runs."""
        servers = working_in(self.home / "servers" / "postgres")
        return servers + working_in(self.home / "servers" / "redis") + self.children()

    @contextlib.contextmanager
    def connected(self, number: int) -> Iterator[None]:
        """Keep so many connections to its web server, as SDKs do."""
        with contextlib.ExitStack() as stack:
            for _ in range(number):
                one = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                stack.callback(one.close)
                one.request("GET", "/accounts/login/")
                one.getresponse().read()
            yield

    def connections(self) -> list[int]:
        """Return how many connections each of the processes has that have any."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        fields = [line.split() for line in lines]
        here = {
            f"socket:[{one[9]}]"
            for one in fields
            if one[3] == ESTABLISHED and int(one[1].rpartition(":")[2], 16) == self.port
        }
        held = [
            sum(os.readlink(path) in here for path in Path(f"/proc/{pid}/fd").iterdir())
            for pid in self.children()
        ]
        return [number for number in held if number]

    def children(self) -> list[int]:
        """Return its web server's, workers' and beat's processes."""
        return marked(supervisor.MARK, str(self.home))


def test_hearth_survives_kill_9_of_each_part_and_of_all():
    home = Path(tempfile.mkdtemp(prefix="hearth-test-whole-"))
    home.chmod(0o755)
    hearth = Hearth(home)
    with hearth.running() as process:
        assert "already running at" in hearth.command("run")
        assert re.search(
            r"\[X\] 0001",
            hearth.command("exec", "--", sys.executable, "manage.py", "showmigrations", "sessions"),
        )
        for pid in hearth.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(hearth.is_healthy, 90)
        process.kill()
        wait_for(lambda: not hearth.processes(), 30)
    with hearth.running():
        assert hearth.is_healthy()
        with hearth.connected(24):
            held = hearth.connections()
            assert (len(held), sum(held)) == (2, 24)
        assert "has stopped" in hearth.command("stop")
    assert not hearth.processes()
    hearth.env["YES"] = "1"
    assert "Deleted" in hearth.command("reset")
    assert not home.exists()
    shutil.rmtree(home, ignore_errors=True)
