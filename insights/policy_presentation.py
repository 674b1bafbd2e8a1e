"""What a draft of the policy would do, and what its versions were, written for their pages."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from insights.charts import distances
from insights.models import Band, PolicyVersion
from insights.policy_words import ChangeWords, Names, change_words, with_unit
from insights.presentation import BAND_KEYS, customer_url
from insights.selectors.policy import Merge, Settings, changes, policies_from, settings_of
from insights.selectors.preview import Effect, Mover, Preview, ProofEffect
from insights.words import MINUS, money, thousands
from relationships.words import plural

MEASURES = {
    "auc": ("Pairs in order", "Of one who went silent and one who did not: how often in 100 right",
            1, 100, 1),
    "average_precision": ("Precision, %", "Calling down the list, how many of 100 calls were right",
                          1, 100, 1),
    "brier": ("Brier score", "How far off the chances were; less is better", -1, 1, 4),
    "calibration_error": ("Off by, points", "What was said against what happened; less is better",
                          -1, 100, 1),
    "auc_of_distance": ("Pairs in order by distance", "The same, with the distance as the ranking",
                        1, 100, 1),
}  # fmt: skip
"""What a measure is called and means, which way is better, what it is shown times, its digits."""


@dataclass(frozen=True, slots=True)
class MergeWords:
    """What two people changed, for the later one to decide."""

    who: str
    version: int
    theirs: list[ChangeWords]
    mine: list[ChangeWords]
    both: list[tuple[ChangeWords, ChangeWords]]


def merge_words(newest: PolicyVersion, merge: Merge, names: Names) -> MergeWords:
    """Say what somebody saved meanwhile, and what now stands in the form."""
    return MergeWords(
        who=str(newest.created_by or "Somebody"),
        version=newest.pk,
        theirs=change_words(merge.theirs, names),
        mine=change_words(merge.mine, names),
        both=[
            (change_words([theirs], names)[0], change_words([mine], names)[0])
            for theirs, mine in merge.both
        ],
    )


def version_rows(listed: Sequence[PolicyVersion], names: Names) -> list[dict[str, Any]]:
    """Write versions as lines: who, when, why, and what changed."""
    return [
        {
            "pk": version.pk,
            "at": version.created_at,
            "by": str(version.created_by or "Nobody known"),
            "note": version.note,
            "before": version.based_on_id or 0,
            "changes": change_words(
                changes(settings_of(version.based_on), settings_of(version)), names
            ),
        }
        for version in listed
    ]


def preview_words(found: Preview, settings: Settings) -> dict[str, Any]:
    """Write what saving a draft would do."""
    policy = policies_from(settings).everyone
    edges = (policy.steady_from, policy.cooling_from, policy.drifting_from, policy.gone_from)
    return {
        "at": found.at,
        "sentence": _sentence(found),
        "sample": _sample(found),
        "bands": list(_bands(found)),
        "heads": [(BAND_KEYS[band], band.label) for band in Band],
        "matrix": list(_matrix(found)),
        "chart": distances(
            found.old_histogram, found.new_histogram, edges,
            title="Customers by distance, now and with the draft",
        ).named("distances", said="A draft of the policy"),
        "movers": [_mover(mover) for mover in found.movers],
        "movers_note": _movers_note(found),
        "measures": [_measure(effect, found.proof) for effect in found.proof.effects],
        "proof_note": _proof_note(found.proof),
        "work": _work(found),
    }  # fmt: skip


def _sentence(found: Preview) -> dict[str, str]:
    away = sum(n for old, row in enumerate(found.matrix) for n in row[old + 1 :])
    closer = sum(n for old, row in enumerate(found.matrix) for n in row[:old])
    return {
        "moving": thousands(found.moving),
        "of": plural(found.customers, "customer"),
        "where": _where(away, closer),
    }


def _where(away: int, closer: int) -> str:
    """Say which way those go who change band.

    >>> _where(8, 2), _where(0, 1), _where(0, 0)
    (': 8 away from us, 2 closer', ', closer to us', '')
    """
    if away and closer:
        return f": {thousands(away)} away from us, {thousands(closer)} closer"
    return ", away from us" if away else ", closer to us" if closer else ""


def _sample(found: Preview) -> str:
    if found.looked_at == found.customers:
        return ""
    return (
        f"Worked out for {plural(found.looked_at, 'customer')} chosen by chance from each band. "
        f"Counts are estimates: in 19 of 20 cases right to within "
        f"{plural(found.margin, 'customer')}."
    )


def _bands(found: Preview) -> Iterable[dict[str, str]]:
    for band in Band:
        old = sum(found.matrix[band])
        new = sum(row[band] for row in found.matrix)
        yield {
            "key": BAND_KEYS[band],
            "label": band.label,
            "old": thousands(old),
            "new": thousands(new),
            "difference": _signed(new - old),
        }


def _matrix(found: Preview) -> Iterable[dict[str, Any]]:
    for band in Band:
        cells = [
            {"text": thousands(count) if count else "", "is_moved": to != band and count > 0}
            for to, count in enumerate(found.matrix[band])
        ]
        yield {"key": BAND_KEYS[band], "label": band.label, "cells": cells}


def _mover(mover: Mover) -> dict[str, str]:
    return {
        "name": mover.name,
        "url": customer_url(mover.customer_id),
        "old_key": BAND_KEYS[mover.old_band],
        "old_label": Band(mover.old_band).label,
        "new_key": BAND_KEYS[mover.new_band],
        "new_label": Band(mover.new_band).label,
        "old": f"{mover.old_distance:.0f}",
        "new": f"{mover.new_distance:.0f}",
        "value": money(mover.yearly_value, mover.currency),
    }


def _movers_note(found: Preview) -> str:
    named = len(found.movers)
    if named < found.moving:
        return f"The {plural(named, 'customer')} of most value, of {thousands(found.moving)}."
    return "Those of most value first."


def _measure(effect: Effect, proof: ProofEffect) -> dict[str, str]:
    label, meaning, better, times, digits = MEASURES[effect.name]
    old, new = effect.old * times, effect.new * times
    change = round(new - old, digits) * better
    verdict = "as good" if change == 0 else "better" if change > 0 else "worse"
    return {
        "label": label,
        "meaning": meaning,
        "old": f"{old:.{digits}f}",
        "new": f"{new:.{digits}f}",
        # Two lengths of silence are two questions: one number is not better than the other.
        "verdict": verdict if proof.old_horizon == proof.new_horizon else "",
    }


def _proof_note(proof: ProofEffect) -> str:
    if not proof.effects:
        return (
            "Too little history to say: it needs a time as long as the horizon after a past "
            "Monday, half as long before it, and ten customers who then went silent."
        )
    asked = f"silence of {with_unit('horizon_days', proof.old_horizon)}"
    if proof.old_horizon != proof.new_horizon:
        new = with_unit("horizon_days", proof.new_horizon)
        asked += f" now and of {new} with the draft: two questions, so neither column is better"
    return (
        f"Held against what happened: {plural(proof.customers, 'customer')}, "
        f"{plural(proof.cut_offs, 'past Monday')}, {asked}. The chance of silence leans on "
        "presence alone, the distance on everything."
    )


def _work(found: Preview) -> str:
    seconds = max(math.ceil(found.refold_seconds), 1)
    about = plural(seconds, "second") if seconds < 90 else plural(math.ceil(seconds / 60), "minute")
    return (
        f"{plural(found.customers, 'customer')} will be scored again in the background, those with "
        f"most at risk first: about {about}."
    )


def _signed(difference: int) -> str:
    sign = "+" if difference > 0 else MINUS if difference < 0 else "±"
    return f"{sign}{thousands(abs(difference))}"
