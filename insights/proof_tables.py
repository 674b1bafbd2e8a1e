"""The tables of the proof page: every number with the range that chance allows."""

from collections.abc import Mapping

from insights.proof_words import SCORE_NAMES, days_text, share_text
from insights.scoring.proof import Estimate, Numbers, Rival, Warned
from insights.words import thousands

SCORE_NOTES = {
    "hearth": "The chance of silence, by each customer's own rhythm",
    "days_since": "The longer silent, the riskier",
    "rfm": "Ranked by how lately and how often; their worth back then is not known",
    "decay": "Every touch counts, and half of it fades in 90 days",
}
KIND_NAMES = {
    "in_touch": "In touch",
    "early": "Early drift",
    "known": "Everyone ever heard from",
}
STYLE_NAMES = {1: "Personal", 2: "Mixed", 3: "Self-service"}
VERDICTS = {1: "Hearth is ahead", 0: "too close to call", -1: "Hearth is behind"}
LEANINGS = {1: "Service", 0: "neither more", -1: "Connection"}


def cell(estimate: Estimate, scale: float = 1.0, digits: int = 2) -> dict[str, str]:
    """Write a number for a table, with the range that chance allows.

    >>> cell(Estimate(0.834, 0.8, 0.86), 100, 0)
    {'value': '83', 'range': '80 to 86'}
    >>> cell(Estimate())
    {'value': '', 'range': ''}
    """
    if estimate.value is None:
        return {"value": "", "range": ""}
    reach = ""
    if estimate.low is not None and estimate.high is not None:
        reach = f"{estimate.low * scale:.{digits}f} to {estimate.high * scale:.{digits}f}"
    return {"value": f"{estimate.value * scale:.{digits}f}", "range": reach}


def rival_rows(numbers: Numbers) -> list[dict[str, object]]:
    """Write Hearth and its rivals side by side."""
    return [_rival_row(rival, numbers.warned[rival.name]) for rival in numbers.rivals]


def _rival_row(rival: Rival, warned: Warned) -> dict[str, object]:
    return {
        "name": SCORE_NAMES[rival.name],
        "note": SCORE_NOTES[rival.name],
        "is_ours": rival.name == "hearth",
        "pairs": cell(rival.auc, 100, 0),
        "lift": cell(rival.lift, 1, 1),
        "precision": cell(rival.average_precision, 100, 0),
        "right": share_text(warned.right, warned.warnings),
        "lead": "" if warned.lead_days is None else days_text(warned.lead_days),
        "verdict": "" if rival.name == "hearth" else VERDICTS[rival.is_behind],
    }


def overall_rows(numbers: Numbers) -> list[dict[str, object]]:
    """Write how exact the score was for those in touch, in early drift, and for everyone."""
    return [
        {
            "name": KIND_NAMES[kind.kind],
            "cases": thousands(kind.cases),
            "silent": thousands(kind.silent),
            "is_enough": kind.auc.value is not None,
            "pairs": cell(kind.auc, 100, 0),
            "lift": cell(kind.lift, 1, 1),
            "precision": cell(kind.average_precision, 100, 0),
            "brier": cell(kind.brier, 1, 3),
            "blind": "" if kind.brier_of_guess is None else f"{kind.brier_of_guess:.3f}",
            "error": cell(kind.calibration_error, 100, 0),
        }
        for kind in numbers.kinds
        if kind.kind in KIND_NAMES
    ]


def kind_rows(numbers: Numbers, kind: str, names: Mapping[int, str]) -> list[dict[str, object]]:
    """Write the segments or the styles, with what foretells leaving in each."""
    return [
        {
            "name": names.get(line.number, "None"),
            "customers": thousands(line.customers),
            "silent": thousands(line.silent),
            "cases": thousands(line.cases),
            "is_enough": line.auc.value is not None,
            "pairs": cell(line.auc, 100, 0),
            "service": cell(line.service, 100, 0),
            "connection": cell(line.connection, 100, 0),
            "leans": LEANINGS[line.leans],
        }
        for line in numbers.kinds
        if line.kind == kind
    ]
