"""Versions of silence, and customers to learn them from, as tests need them."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.test import Client

from insights.models import SilenceVersion
from insights.scoring import Silence
from insights.scoring.refit import Refit
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import AdministratorFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LEARNED = Silence(Silence.prior().intercept + 1.0, Silence.prior().coefficients)
METRICS = {
    "auc": 0.842, "average_precision": 0.7, "brier": 0.12, "calibration_error": 0.031,
    "log_loss": 0.4,
}  # fmt: skip
Verdict = SilenceVersion.Verdict


def found(*, is_better=True, **changes):
    cuts = np.array([20_300.0, 20_400.0])
    values = {"silence": LEARNED, "champion": {**METRICS, "auc": 0.83}, "challenger": METRICS}
    return Refit(is_better=is_better, cuts=cuts, customers=7, **{**values, **changes})


def version(**changes):
    values = {
        "values": LEARNED.to_json(), "verdict": Verdict.ADOPTED, "horizon_days": 90,
        "window_from": date(2025, 1, 1), "window_to": date(2025, 12, 1), "customers": 1234,
        "metrics": {"champion": {**METRICS, "auc": 0.831}, "challenger": METRICS},
    }  # fmt: skip
    return SilenceVersion.objects.create(**{**values, **changes})


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def calls(customers, days=range(10, 200, 10)):
    items = [
        NewTouchpoint(type="call.phone", customer=one.pk, occurred_at=NOW - timedelta(days=day))
        for one in customers
        for day in days
    ]
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=NOW)
    while drain(now=NOW):
        pass
