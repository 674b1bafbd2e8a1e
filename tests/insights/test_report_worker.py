"""Workers at once, and one that is killed in the middle: nobody gets no report, and nobody two."""

import contextlib
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from insights import tasks
from insights.models import BoardReport, ReportMailing
from insights.selectors.reports import months_to_report
from insights.services.report_mail import send
from insights.services.reports import ask_for_report, mail_to, make_report
from tests.config.test_launch import wait_for
from tests.factories import ExecutiveFactory, ReadingFactory
from tests.interactions.test_concurrency import at_once

PATIENCE_SECONDS = 60

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@dataclass
class Post:
    """A mail server of a few lines: what it took, and whether it answers."""

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    calls: int = 0
    answers: threading.Event = field(default_factory=threading.Event)


class Letterbox(socketserver.StreamRequestHandler):
    """Takes mail as SMTP has it."""

    def handle(self) -> None:
        """Answer one client until it leaves."""
        post: Post = self.server.post
        post.calls += 1
        # Who hangs here holds the worker in the middle of its work.
        post.answers.wait(PATIENCE_SECONDS)
        with contextlib.suppress(OSError):
            self._talk(post)

    def _talk(self, post: Post) -> None:
        self._say("220 ready")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self._say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                post.taken.append(body)
            self._say("250 fine")
            if line.upper().startswith(b"QUIT"):
                return

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def post() -> Iterator[Post]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Letterbox) as server:
        server.daemon_threads = True
        server.post = Post(port=server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.post
        server.post.answers.set()
        server.shutdown()


def started(post: Post, queue: str) -> subprocess.Popen[bytes]:
    """Start a worker of Celery on the database of this test, and on a queue of its own."""
    database = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {
        "DATABASE_URL": f"{database}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
        "REDIS_URL": settings.REDIS_URL,
    }
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queue]
    return subprocess.Popen(
        [*command, "--pool", "solo", "--without-gossip", "--without-mingle", "-l", "WARNING"],
        env=environment,
    )


@pytest.fixture
def queue() -> Iterator[str]:
    name = f"test-{uuid4()}"
    yield name
    redis.Redis.from_url(settings.REDIS_URL).delete(name)


def test_a_worker_killed_in_the_middle_neither_loses_nor_doubles_a_report(post, queue):
    reader, now = ExecutiveFactory(email="board@example.com"), timezone.now()
    ReadingFactory()
    mail_to(person=reader, is_wanted=True)
    report = BoardReport.objects.create(
        month=months_to_report(now)[0], is_whole=True, is_scheduled=True, due_at=now
    )
    tasks.keep_reports.apply_async(queue=queue)
    tasks.keep_reports.apply_async(queue=queue)
    first = started(post, queue)
    wait_for(lambda: post.calls, PATIENCE_SECONDS)
    first.kill()
    first.wait()
    report.refresh_from_db()
    kept = bytes(report.pdf)
    assert (post.taken, ReportMailing.objects.get().status) == ([], "waiting")

    post.answers.set()
    for _ in range(2):
        tasks.keep_reports.apply_async(queue=queue)
        tasks.make_report.apply_async((report.pk,), queue=queue)
    second = started(post, queue)
    waiting = redis.Redis.from_url(settings.REDIS_URL)
    wait_for(lambda: not waiting.llen(queue), PATIENCE_SECONDS)
    # Asked to stop, it finishes what it has begun.
    second.terminate()
    second.wait(PATIENCE_SECONDS)
    report.refresh_from_db()
    assert bytes(report.pdf) == kept
    assert ReportMailing.objects.get().status == "sent"
    (came,) = map(message_from_bytes, post.taken)
    assert came["To"] == "board@example.com"
    (_, attached) = came.get_payload()
    assert attached.get_payload(decode=True) == kept


def test_two_workers_at_once_make_one_report_and_mail_it_once():
    mail_to(person=ExecutiveFactory(), is_wanted=True)
    now = timezone.now()
    report = BoardReport.objects.create(
        month=months_to_report(now)[0], is_whole=True, is_scheduled=True, due_at=now
    )
    made = at_once(*[lambda: make_report(report_id=report.pk, now=now)] * 3)
    mailing = ReportMailing.objects.get()
    at_once(*[lambda: send(mailing_id=mailing.pk, now=now)] * 3)
    assert sorted(made) == [False, False, True]
    assert len(mail.outbox) == 1


def test_two_who_ask_at_once_get_one_report():
    reader, now = ExecutiveFactory(), timezone.now()
    month = months_to_report(now)[0]
    answers = at_once(*[lambda: ask_for_report(month=month, by=reader, now=now)] * 3)
    assert sorted(is_new for _, is_new in answers) == [False, False, True]
    assert BoardReport.objects.count() == 1
