"""Delivers what is due, many at once, so that no slow receiver stops the others."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

from relationships.services.webhooks.deliveries import Parcel, finish, take
from relationships.services.webhooks.posting import SECONDS, Answer, post

ON_THE_WAY = 32
"""Messages on their way at once from one worker."""

LOOK_SECONDS = 0.25


def deliver(
    *, clock: Callable[[], datetime], is_over: Callable[[], bool], seconds: float = SECONDS
) -> int:
    """Deliver until nothing is due, or no more shall be begun; return how many tries were made.

    The threads only send. Whatever is read or written in the database is in this one, so a worker
    killed at any moment leaves deliveries that another takes over when their time is up.
    """
    tried, sent = 0, dict[Future[Answer], tuple[Parcel, datetime]]()
    with ThreadPoolExecutor(ON_THE_WAY, thread_name_prefix="webhooks") as pool:
        while True:
            if not is_over() and (free := ON_THE_WAY - len(sent)):
                for parcel in take(now=clock(), limit=free):
                    future = pool.submit(
                        post, parcel.url, parcel.body, parcel.headers, seconds=seconds
                    )
                    sent[future] = parcel, clock()
            if not sent:
                return tried
            for future in wait(sent, LOOK_SECONDS, FIRST_COMPLETED).done:
                parcel, began_at = sent.pop(future)
                finish(parcel=parcel, answer=future.result(), began_at=began_at, now=clock())
                tried += 1
