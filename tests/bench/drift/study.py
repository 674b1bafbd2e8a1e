"""Everything that is measured on a set of logs, as tasks that run side by side."""

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from tqdm import tqdm

from tests.bench.drift.alerts import alerts
from tests.bench.drift.compare import Comparison, compare
from tests.bench.drift.few import few
from tests.bench.drift.logs import Log
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.stillness import falls

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Study:
    """What was measured on one log; lists have an entry for each cut-off.

    Attributes
    ----------
    log : Log
        Which.
    compared : list of Comparison
        Every rival on all customers and in early drift.
    alerted : list of f8[rivals, 3]
        Precision, lead and number of weekly alerts.
    begun : list of f8[rivals, seeds]
        AUC learnt from a few customers.
    fell : f8[rivals]
        Share of customers brought nearer by silence, at the last cut-off.
    """

    log: Log
    compared: list[Comparison]
    alerted: list[Numbers]
    begun: list[Numbers]
    fell: Numbers


def study(logs: Sequence[Log], draws: int, workers: int | None = None) -> list[Study]:
    """Measure every log, with a bar on standard error."""
    tasks = _tasks(logs, draws)
    # As many processes as there are cores, each on one: rivals' threads would only wait.
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    found: dict[tuple[int, str, int], Any] = {}
    with ProcessPoolExecutor(workers or os.cpu_count(), get_context("spawn")) as pool:
        running = {pool.submit(task, *given): key for key, (task, given) in tasks.items()}
        try:
            for done in tqdm(as_completed(running), "Measuring", len(running), file=sys.stderr):
                found[running[done]] = done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [
        Study(
            log,
            *([found[number, kind, cut] for cut in range(len(log.cuts))] for kind in KINDS),
            fell=found[number, "fell", 0],
        )
        for number, log in enumerate(logs)
    ]


KINDS = ("compared", "alerted", "begun")


def _tasks(
    logs: Sequence[Log], draws: int
) -> dict[tuple[int, str, int], tuple[Callable[..., Any], tuple[Any, ...]]]:
    """List what there is to do, the longest first so that no core waits in the end."""
    tasks: dict[tuple[int, str, int], tuple[Callable[..., Any], tuple[Any, ...]]] = {}
    for number in sorted(range(len(logs)), key=lambda number: -len(logs[number].history.at)):
        log = logs[number]
        for place, cut in enumerate(log.cuts):
            tasks[number, "compared", place] = (compare, (log, cut, draws))
            tasks[number, "alerted", place] = (alerts, (log, cut))
            tasks[number, "begun", place] = (few, (log, cut))
        tasks[number, "fell", 0] = (falls, (log, log.cuts[-1]))
    return tasks
