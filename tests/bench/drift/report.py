"""The page that says what was measured: every number and every verdict on it comes from a run."""

from collections.abc import Iterable, Sequence

import numpy as np

from tests.bench.drift import words
from tests.bench.drift.measures import MEASURES
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.rivals import RIVALS
from tests.bench.drift.study import Study
from tests.bench.drift.summary import OURS, Means, alerts_of, begun_of, of_log, over_logs
from tests.bench.drift.timing import CUSTOMERS, EVENTS, LIMIT_SECONDS, Timing

GROUPS = ("All customers", "Early drift")
AUC = 0


def page(studies: Sequence[Study], timings: Sequence[Timing], draws: int) -> str:
    """Write the whole page as Markdown."""
    logs = [of_log(study) for study in studies]
    everything = over_logs(logs)
    blocks = [words.OPENING.format(log_list=_logs(studies), draws=draws)]
    blocks += ["## Mean over logs", words.MEASURING]
    for group, name in enumerate(GROUPS):
        blocks += [f"### {name}", _measures(everything, group)]
    blocks += ["### Hearth beside the best single peer of each measure", _verdicts(everything)]
    blocks += ["## By log", words.BY_LOG]
    for group, name in enumerate(GROUPS):
        blocks += [f"### {name}", _by_log(studies, logs, group)]
    blocks += ["## Weekly alerts", words.ALERTS, _alerts(studies)]
    blocks += ["## An organisation that has just begun", words.BEGUN, _begun(studies)]
    blocks += ["## Silence brings nobody nearer", words.STILLNESS, _stillness(studies)]
    blocks += ["## Speed", _speed(timings)]
    blocks += ["## Who is who", "\n".join(f"- **{_name(r)}**: {RIVALS[r].about}." for r in _ALL)]
    blocks += ["## Measure your own log", words.YOUR_OWN]
    return "\n\n".join(blocks) + "\n"


_ALL = range(len(RIVALS))


def _logs(studies: Sequence[Study]) -> str:
    """Name the logs with their size."""
    parts = [
        f"{study.log.name} ({_count(len(study.log.history.customers), 'customer')}, "
        f"{_count(len(study.log.cuts), 'cut-off')}, horizon {study.log.horizon:g} days)"
        for study in studies
    ]
    return f"{_count(len(studies), 'log')}: " + ", ".join(parts)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _name(rival: int) -> str:
    return RIVALS[rival].name + ("*" if RIVALS[rival].is_ranking else "")


def _measures(means: Means, group: int) -> str:
    """Tell every measure of every rival."""
    points, margins = means.points[:, group], means.margins[:, group]
    signs = [1.0 if measure.is_more_better else -1.0 for measure in MEASURES]
    best = np.nanmax((points * signs).round(3), axis=0)
    rows = []
    for rival in _ALL:
        is_best = (points[rival] * signs).round(3) == best
        cells = zip(points[rival], margins[rival], is_best, strict=True)
        rows.append([_name(rival), *(_with_margin(*cell) for cell in cells)])
    return _table(["", *(measure.name for measure in MEASURES)], rows)


def _with_margin(point: float, margin: float, is_best: bool) -> str:
    return f"{_bold(f'{point:.3f}', is_best)} ±{margin:.3f}"


def _bold(text: str, is_best: bool) -> str:
    return f"**{text}**" if is_best else text


def _verdicts(means: Means) -> str:
    """Say of each measure whether Hearth is ahead of the best peer, level with it or behind."""
    rows = []
    for group, name in enumerate(GROUPS):
        for number, measure in enumerate(MEASURES):
            peer = means.best_peer(group, number)
            lead, margin = means.lead(group, number, peer)
            theirs, ours = means.points[[peer, OURS], group, number]
            verdict = _verdict(lead, margin)
            best = f"{RIVALS[peer].name}, {theirs:.3f}"
            rows.append([name, measure.name, best, f"{ours:.3f}", _signed(lead, margin), verdict])
    head = ["", "", "best single peer", RIVALS[OURS].name, "better by", "so Hearth is"]
    return _table(head, rows)


def _verdict(lead: float, margin: float) -> str:
    """Call level what the interval does not tell apart."""
    if abs(lead) <= margin:
        return "level"
    return "ahead" if lead > 0 else "behind"


def _signed(lead: float, margin: float) -> str:
    return f"{lead:+.3f} ±{margin:.3f}".replace("-", "−")  # noqa: RUF001


def _by_log(studies: Sequence[Study], logs: Sequence[Means], group: int) -> str:
    """Tell the AUC on every log, and how far Hearth is from the best peer of each."""
    columns = [means.points[:, group, AUC] for means in logs]
    best = [np.nanmax(column.round(3)) for column in columns]
    rows = [
        [_name(rival)]
        + [
            _bold(f"{column[rival]:.3f}", column[rival].round(3) == top)
            for column, top in zip(columns, best, strict=True)
        ]
        for rival in _ALL
    ]
    peers = [means.best_peer(group, AUC) for means in logs]
    leads = [means.lead(group, AUC, peer) for means, peer in zip(logs, peers, strict=True)]
    rows.append(["*best peer in hindsight*", *(RIVALS[peer].name for peer in peers)])
    rows.append([f"*{RIVALS[OURS].name}, better by*", *(_signed(*lead) for lead in leads)])
    return _table(["", *(study.log.name for study in studies)], rows)


def _alerts(studies: Sequence[Study]) -> str:
    """Tell precision and lead of the weekly alerts."""
    mean = np.nanmean([alerts_of(study) for study in studies], axis=0)
    best = np.nanmax(mean.round(3), axis=0)
    rows = [
        [_name(rival)]
        + [_bold(f"{mean[rival, n]:.3f}", mean[rival, n].round(3) == best[n]) for n in (0, 1)]
        for rival in _ALL
    ]
    return _table(["", "precision", "lead"], rows)


def _begun(studies: Sequence[Study]) -> str:
    """Tell the AUC learnt from a few customers."""
    seeds: Numbers = np.nanmean([begun_of(study) for study in studies], axis=0)
    mean, spread = seeds.mean(axis=1), seeds.std(axis=1)
    best = np.nanmax(mean.round(3))
    rows = [
        [
            _name(rival),
            _bold(f"{mean[rival]:.3f}", mean[rival].round(3) == best),
            f"{spread[rival]:.3f}",
        ]
        for rival in _ALL
    ]
    return _table(["", "AUC", "deviation"], rows)


def _stillness(studies: Sequence[Study]) -> str:
    """Tell the share of customers whom silence brought nearer."""
    rows = [
        [RIVALS[rival].name, *(_per_cent(study.fell[rival]) for study in studies)] for rival in _ALL
    ]
    return _table(["", *(study.log.name for study in studies)], rows)


def _per_cent(share: float) -> str:
    return "none" if share == 0 else f"{share * 100:.1f} %"


def _speed(timings: Sequence[Timing]) -> str:
    """Tell the seconds, as a share of those allowed."""
    rows = [
        [timing.what, f"{timing.seconds:.2f} s", f"{timing.seconds / LIMIT_SECONDS:.2f}"]
        for timing in timings
    ]
    what = (
        f"Processor time for {CUSTOMERS:,} customers with {EVENTS:,} events, "
        f"which together may take {LIMIT_SECONDS:g} seconds:"
    )
    return f"{what}\n\n" + _table(["", "took", "of the limit"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a Markdown table, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
