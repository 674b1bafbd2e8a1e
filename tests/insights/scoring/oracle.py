"""The scoring maths again, slow and obvious: every sum is taken anew from all touchpoints.

Written from SCORING.md, one customer at a time, without states and without folding. Touchpoints
are dictionaries in time order with the columns of `Events`; kinds are dictionaries too.
"""

import math
from functools import cache, wraps
from itertools import pairwise

from insights.scoring.gaps import EXACT_DAYS, GAP_EDGES

INBOUND, OUTBOUND, MUTUAL = 0, 1, 2
QUESTION, PROMISE = 1, 4
CLIP = 12.0
SIDES = {
    "human": lambda t: t["k"]["human"],
    "either": lambda t: t["k"]["human"] or t["k"]["digital"],
    "via": lambda t: t["via"] and (t["k"]["human"] or t["k"]["digital"]),
}
"""What the shares of the wall are of."""


def sat(x):
    return 1.0 - math.exp(-x)


def decayed_sum(amounts, t, half_life):
    """Sum (moment, amount) pairs as SCORING.md defines S_T(t)."""
    return sum([amount * 2.0 ** ((at - t) / half_life) for at, amount in amounts])


def once(method):
    """Answer what was asked before as then: nothing happens to an oracle."""

    @wraps(method)
    def answer(self, *asked):
        if (method, asked) not in self.answers:
            self.answers[method, asked] = method(self, *asked)
        return self.answers[method, asked]

    return answer


class Oracle:
    """One customer's touchpoints, with what they amount to at any later moment."""

    def __init__(self, touches, kinds, policy):
        self.policy, self.answers = policy, {}
        self.touches = [touch | {"k": kinds[touch["kind"]]} for touch in touches]
        self.counted = [touch for touch in self.touches if touch["k"]["counts"]]
        self.earning = [
            t for t in self.counted if not self._is_failure(t) and not self._is_noise(t)
        ]
        self.hurts = [self._hurt(touch) for touch in self.touches]

    def before(self, t):
        """Return what was known before a moment; nothing later changes what hurt then."""
        earlier = Oracle.__new__(Oracle)
        earlier.policy, earlier.answers = self.policy, {}
        for name in ("touches", "counted", "earning"):
            setattr(earlier, name, [touch for touch in getattr(self, name) if touch["at"] < t])
        earlier.hurts = self.hurts[: len(earlier.touches)]
        return earlier

    # What each touchpoint is.

    def _severity(self, touch):
        own = touch["severity"]
        return touch["k"]["severity"] if math.isnan(own) else own

    def _is_failure(self, touch):
        return touch["k"]["counts"] and self._severity(touch) > 0

    def _is_noise(self, touch):
        return touch["k"]["broadcast"] or touch["template"]

    def _is_active(self, touch):
        return touch["direction"] != OUTBOUND or touch["k"]["purchase"]

    # The amounts that decay, as (moment, amount).

    @once
    def points(self, direction):
        """Points earned in one direction."""
        worth = self.policy.sentiment_weight
        return [
            (
                t["at"],
                t["k"]["points"]
                / t["in_room"]
                * (1.0 if math.isnan(t["sentiment"]) else 1.0 + worth * t["sentiment"]),
            )
            for t in self.earning
            if t["direction"] == direction and t["k"]["points"]
        ]

    @once
    def care(self):
        """Care by deeds and by closing loops."""
        deeds = [(t["at"], t["k"]["care"]) for t in self.earning if t["k"]["care"]]
        closings = [
            (t["at"], self._care_of_closing(t))
            for t in self.touches
            if t["closes"] and not self._is_noise(t)
        ]
        return deeds + closings

    def _care_of_closing(self, touch):
        p, elapsed = self.policy, max(touch["at"] - touch["opened_at"], 0.0)
        expected = touch["expected"]
        if touch["closes"] == PROMISE:
            due = touch["opened_at"] + expected
            if elapsed <= expected - p.early_days:
                return p.promise_early_care
            if elapsed <= expected:
                return p.promise_kept_care
            return p.promise_kept_care * 2.0 ** (-(touch["at"] - due) / expected)
        worth = p.question_care if touch["closes"] == QUESTION else p.problem_care
        return worth * 2.0 ** (-elapsed / expected)

    @once
    def served(self):
        """Things that simply worked."""
        return [(t["at"], t["k"]["served"]) for t in self.earning if t["k"]["served"]]

    @once
    def broadcasts(self):
        """Broadcast and templated outbound."""
        outbound = (t for t in self.counted if t["direction"] == OUTBOUND)
        return [(t["at"], 1.0) for t in outbound if self._is_noise(t) and not self._is_failure(t)]

    @once
    def heard(self):
        """Everything the customer sent us."""
        return [(t["at"], 1.0) for t in self.earning if t["direction"] == INBOUND]

    @once
    def count(self, what):
        """Ones for the counted touchpoints wanted: on either side of the wall, or a part of it."""
        return [(t["at"], 1.0) for t in self.counted if SIDES[what](t)]

    # Hurt.

    def _hurt(self, touch):
        if not self._is_failure(touch):
            return 0.0
        p = self.policy
        before = [t for t in self.earning if t["at"] < touch["at"]]
        goodwill = self._connection_of(before, touch["at"])
        impatience = p.impatience_screen if touch["k"]["digital"] else p.impatience_person
        return self._severity(touch) * impatience * (1.0 - p.goodwill_forgives * goodwill)

    def _connection_of(self, touches, t):
        earlier = Oracle.__new__(Oracle)
        earlier.policy, earlier.answers, earlier.earning = self.policy, {}, touches
        return earlier.connection(t, lambda pairs, half: decayed_sum(pairs, t, half))

    def _closing_of(self, row):
        return next((t for t in self.touches if t["opener"] == row), None)

    @once
    def fading_hurts(self):
        """Hurt that fades, from the moment it began to."""
        p, fading = self.policy, []
        for row, (touch, hurt) in enumerate(zip(self.touches, self.hurts, strict=True)):
            closing = self._closing_of(row) if hurt else None
            if hurt and not touch["opens"]:
                fading.append((touch["at"], hurt))
            elif closing:
                e = closing["at"] - closing["opened_at"]
                kept = 1.0 - p.mended_share * 2.0 ** (-e / p.mending_days)
                fading.append((closing["at"], hurt * kept))
        return fading

    def open_hurt(self):
        """Hurt of the loops still open."""
        rows = enumerate(zip(self.touches, self.hurts, strict=True))
        return sum(h for row, (t, h) in rows if h and t["opens"] and not self._closing_of(row))

    # Warmth.

    def connection(self, t, summed):
        """Work out connection, with decayed sums taken as `summed` takes them."""
        p = self.policy
        m, i, o = (summed(self.points(d), p.connection_half_life) for d in (2, 0, 1))
        c = m + p.both_ways_weight * min(i, o)
        c += p.inbound_only_weight * max(i - o, 0.0) + p.outbound_only_weight * max(o - i, 0.0)
        return sat(c / p.connection_saturation)

    def warmth(self, t, summed, open_hurt):
        """Warmth and its parts, with decayed sums taken as `summed` takes them."""
        p = self.policy
        connection = self.connection(t, summed)
        care = sat(summed(self.care(), p.care_half_life) / p.care_saturation)
        served = sat(summed(self.served(), p.served_half_life) / p.served_saturation)
        hurt = open_hurt + summed(self.fading_hurts(), p.hurt_half_life)
        b, heard = (summed(x, p.noise_half_life) for x in (self.broadcasts(), self.heard()))
        noise = sat(max(0.0, b / (1.0 + heard) - p.noise_tolerated) / p.noise_saturation)
        score = p.served_weight * max(served, connection)
        score += p.connection_weight * connection + p.care_weight * care
        score *= 100.0 * math.exp(-hurt / p.hurt_scale) * (1.0 - p.noise_weight * noise)
        return {
            "warmth": score, "connection": connection, "care": care, "served": served,
            "noise": noise, "hurt": hurt,
        }  # fmt: skip

    def warmth_now(self, t):
        """Warmth from the fast sums."""
        return self.warmth(t, lambda x, half: decayed_sum(x, t, half), self.open_hurt())

    def baseline(self, t):
        """Warmth from the slow twins, compared age for age."""
        normal = self.policy.normal_half_life
        age = t - min((touch["at"] for touch in self.counted), default=t)

        def usual(amounts, half_life):
            scale = 1.0
            if age > 0.0:
                scale = half_life / normal * (1 - 2 ** (-age / half_life))
                scale /= 1 - 2 ** (-age / normal)
            return scale * decayed_sum(amounts, t, normal)

        return self.warmth(t, usual, 0.0)["warmth"]

    # Presence.

    @once
    def active(self):
        """Touchpoints that show the customer is here."""
        return [t for t in self.counted if self._is_active(t)]

    @once
    def firsts(self):
        """Return the first active moment of each day."""
        first_of = {}
        for touch in self.active():
            first_of.setdefault(touch["day"], touch["at"])
        return first_of

    @once
    def days(self):
        """Distinct active days."""
        return sorted(self.firsts())

    @once
    def gaps(self):
        """Days between active days."""
        return [later - earlier for earlier, later in pairwise(self.days())]

    @once
    def log_gaps(self):
        """Their logarithms."""
        return [math.log(gap) for gap in self.gaps()]

    def usual_gap(self, population):
        """Work out the customer's usual gap in days, leaning on the population's."""
        logs = self.log_gaps()
        return math.exp((population.k * population.mu0 + sum(logs)) / (population.k + len(logs)))

    def features(self, r, population, horizon):
        """Work out the features of silence."""
        p, gaps, active, first_of = self.policy, self.gaps(), self.active(), self.firsts()
        n, logs = len(first_of), self.log_gaps()
        m = n - 1
        g = self.usual_gap(population)
        mu = math.log(g)
        mean = sum(logs) / m if m else 0.0
        ss = sum((log - mean) ** 2 for log in logs)
        s = math.sqrt((4 * population.sw2 + ss) / (4 + max(m - 1, 0)))
        trend = 0.0
        if m:
            ew = logs[0]
            for log in logs[1:]:
                ew = 0.7 * ew + 0.3 * log
            trend = (population.k * mu + min(m, 3) * ew) / (population.k + min(m, 3)) - mu
        last, last_day = active[-1]["at"], max(first_of)
        firsts = [(at, 1.0) for at in first_of.values()]
        lately = decayed_sum(firsts, last + r, p.horizon_days / 2)
        long = decayed_sum(firsts, last + r, p.horizon_days * 4)
        overdue = math.log((r + 0.5) / (g + 0.5))
        raw = [
            overdue,
            max(0.0, overdue - 1.5),
            math.log(lately + 0.05),
            math.log(long + 0.05),
            math.log((gaps_at_least(gaps, r) + 0.25) / (m + 1)),
            math.log(n),
            math.log(horizon / (g + 0.5)),
            math.log(s),
            max(0.0, trend),
            math.log((gaps_at_least(gaps, horizon) + 0.25) / (m + 1)),
            math.log(sum(t["day"] == last_day for t in active)),
            math.log(horizon / p.horizon_days),
        ]
        return [min(max(x, -CLIP), CLIP) for x in raw]

    def silence(self, r, population, coefficients, horizon):
        """Work out the probability of silence after r quiet days."""
        rows = zip(coefficients.coefficients, self.features(r, population, horizon), strict=True)
        return 1.0 / (1.0 + math.exp(-coefficients.intercept - sum(b * x for b, x in rows)))

    # Shares, doors and windows.

    def share(self, part, t, half_life):
        """Share of decayed counts."""
        whole_sum = decayed_sum(self.count("either"), t, half_life)
        return decayed_sum(self.count(part), t, half_life) / whole_sum if whole_sum else 0.0

    def style(self, t):
        """Tell the style by what the customer began."""
        share = self.share_begun(t)
        return 1 if share > 0.6 else 3 if share < 0.2 else 2

    def share_begun(self, t):
        """Take the human share of what the customer began."""
        began = [touch for touch in self.counted if touch["direction"] != OUTBOUND]
        human, digital = (
            decayed_sum([(x["at"], 1.0) for x in began if x["k"][mode]], t, 365.0)
            for mode in ("human", "digital")
        )
        return (human + 2) / (human + digital + 4)

    def windows(self, t):
        """Windows, 0 to 100."""
        seen = {}
        for touch in self.active():
            if touch["k"]["digital"]:
                seen.setdefault(touch["day"], touch["at"])
        signals = [(at, 1.0) for at in seen.values()]
        signals += [(touch["at"], 3.0) for touch in self.counted if touch["k"]["feedback"]]
        return 100 * sat(decayed_sum(signals, t, 45.0) / 6)

    def reading(self, t, population, coefficients, horizon, style=None):
        """Read what `read` reads, for a customer who was active; `style` is a declared one."""
        p = self.policy
        result = self.warmth_now(t)
        result["baseline"] = self.baseline(t)
        result["hurt_open"] = self.open_hurt()
        if_mended = result
        if result["hurt_open"]:
            if_mended = self.warmth(t, lambda x, half: decayed_sum(x, t, half), 0.0)
        lost = (result["baseline"] - if_mended["warmth"]) / max(result["baseline"], 10)
        result["cooling"] = min(max(lost, 0.0), 1.0)
        result["windows"] = self.windows(t)
        result["style"] = style or self.style(t)
        result["doors"] = 100 * result["connection"]

        for part in ("human", "via"):
            for when, half in (("now", 90.0), ("normal", 365.0)):
                result[f"{part}_share_{when}"] = self.share(part, t, half)
        grown = max(0.0, result["human_share_normal"] - result["human_share_now"])
        grown += max(0.0, result["via_share_now"] - result["via_share_normal"])
        result["wall"] = grown * {1: 1.0, 2: 0.6, 3: 0.2}[result["style"]]
        result["unhealed"] = 1 - math.exp(-result["hurt_open"] / 8)
        if not self.active():
            return result
        r = t - max(touch["at"] for touch in self.active())
        result["silent_days"] = r
        result["silence"] = self.silence(r, population, coefficients, horizon)
        usual = min(r, self.usual_gap(population))
        then = self.silence(usual, population, coefficients, horizon)
        result["presence"] = min((1 - result["silence"]) / (1 - then), 1.0)
        factors = {
            "presence": result["presence"],
            "cooling": 1 - p.cooling_weight * result["cooling"],
            "wall": 1 - p.wall_weight * result["wall"],
            "unhealed": 1 - p.unhealed_weight * result["unhealed"],
        }
        near = math.prod(factors.values())
        result["distance"] = 100 * (1 - near)
        for name, factor in factors.items():
            share = math.log(factor) / math.log(near) if near < 1 else 0.0
            result[f"part_{name}"] = share * result["distance"]
        return result


@cache
def log_bin(gap):
    """Return the logarithms of the edges between which a long gap lies."""
    return max((math.log(a), math.log(b)) for a, b in pairwise(GAP_EDGES.tolist()) if a <= gap)


def gaps_at_least(gaps, r):
    """Count gaps of at least r days; a long one by the share of its bin that is."""
    r = max(math.ceil(r), 1)
    whole = sum([gap >= r for gap in gaps if gap <= EXACT_DAYS])
    bins = [log_bin(gap) for gap in gaps if gap > EXACT_DAYS]
    shares = [(high - math.log(r)) / (high - low) for low, high in bins]
    return whole + sum([min(max(share, 0.0), 1.0) for share in shares])
