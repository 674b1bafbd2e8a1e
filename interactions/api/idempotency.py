"""`Idempotency-Key`, as every API answers it."""

from relationships.api.idempotency import PARAMETER, answered_once

__all__ = ["PARAMETER", "answered_once"]
