"""How well a ranking of places tells where ground failed: ROC, AUC, success rate. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Curve = list[tuple[float, float]]

CURVE_POINTS = 60


def auc(scores: Floats, happened: Flags) -> float | None:
    """The chance that a place where it happened is ranked above one where it did not.

    Ties count half. None where only one of both is there.

    >>> auc(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, True, False, True]))
    0.875
    >>> auc(np.array([0.1]), np.array([True])) is None
    True
    """
    from scipy.stats import rankdata

    events, others = int(happened.sum()), int((~happened).sum())
    if not events or not others:
        return None
    above = float(rankdata(scores)[happened].sum()) - events * (events + 1) / 2
    return above / (events * others)


def roc(scores: Floats, happened: Flags) -> Curve:
    """(share of false alarms, share of hits) from the strictest to the laxest limit.

    >>> roc(np.array([0.1, 0.4, 0.8]), np.array([False, False, True]))
    [(0.0, 0.0), (0.0, 1.0), (0.5, 1.0), (1.0, 1.0)]
    """
    if not happened.any() or happened.all():
        return []
    order = np.argsort(-scores, kind="stable")
    ranked, hit = scores[order], happened[order]
    # Equal scores are passed together.
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    hits = np.cumsum(hit)[ends] / hit.sum()
    false = np.cumsum(~hit)[ends] / (~hit).sum()
    return _thinned([(0.0, 0.0), *zip(false.tolist(), hits.tolist(), strict=True)])


def success_rate(place_scores: Floats, site_scores: Floats) -> Curve:
    """(share of the area, share of the sites in it), the most susceptible area first.

    >>> success_rate(np.array([0.1, 0.2, 0.9, 0.3]), np.array([0.9, 0.9]))[:2]
    [(0.0, 0.0), (0.25, 1.0)]
    """
    if not len(site_scores) or not len(place_scores):
        return []
    places, sites = np.sort(place_scores), np.sort(site_scores)
    limits = np.unique(place_scores)[::-1]
    area = 1 - np.searchsorted(places, limits, side="left") / len(places)
    caught = 1 - np.searchsorted(sites, limits, side="left") / len(sites)
    return _thinned([(0.0, 0.0), *zip(area.tolist(), caught.tolist(), strict=True)])


def _thinned(curve: Curve) -> Curve:
    if len(curve) <= CURVE_POINTS:
        return curve
    chosen = np.unique(np.linspace(0, len(curve) - 1, CURVE_POINTS).round().astype(int))
    return [curve[n] for n in chosen]


def area_under(curve: Sequence[tuple[float, float]]) -> float | None:
    """The area below a curve of shares; None of none.

    >>> area_under([(0.0, 0.0), (0.5, 1.0), (1.0, 1.0)])
    0.75
    """
    if len(curve) < 2:
        return None
    x, y = np.array(curve).T
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
