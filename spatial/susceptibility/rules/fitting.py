"""A logistic model of where ground fails, and how it does where it was not fitted. Pure.

scikit-learn is imported when a model is fitted, by the job; to apply one takes arithmetic.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.susceptibility.rules.scores import auc

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FOLDS = 5
BLOCKS_ACROSS = 6  # blocks along the longer side of where the sites lie


@dataclass(frozen=True)
class FittedTerm:
    """A feature of a fitted model: how it is scaled, and what a deviation of it weighs."""

    name: str
    mean: float
    deviation: float
    coefficient: float


@dataclass(frozen=True)
class Logistic:
    """A fitted model."""

    terms: tuple[FittedTerm, ...]
    intercept: float

    def logit(self, features: Floats) -> Floats:
        """The logarithm of the odds of rows of features, in the order of the terms."""
        means = np.array([term.mean for term in self.terms])
        weights = np.array([term.coefficient / term.deviation for term in self.terms])
        return np.asarray((features - means) @ weights + self.intercept, dtype=np.float64)


@dataclass(frozen=True)
class FoldScore:
    """How a fold was ranked by a model that was fitted to the others; None: of one kind only."""

    fold: int
    sites: int
    others: int
    auc: float | None


@dataclass(frozen=True)
class CrossValidation:
    """Scores of every row by the model that did not know its block, and of each fold."""

    scores: Floats
    folds: tuple[FoldScore, ...]
    block_m: float

    @property
    def auc(self) -> float | None:
        """The mean over the folds that have both kinds."""
        known = [fold.auc for fold in self.folds if fold.auc is not None]
        return sum(known) / len(known) if known else None


def fit(names: tuple[str, ...], features: Floats, happened: Flags) -> Logistic:
    """Fit a model to rows of features; a feature that never differs weighs nothing."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = features.mean(axis=0), features.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    model = LogisticRegression(max_iter=1000).fit((features - mean) / deviation, happened)
    terms = zip(names, mean.tolist(), deviation.tolist(), model.coef_[0].tolist(), strict=True)
    return Logistic(tuple(FittedTerm(*term) for term in terms), float(model.intercept_[0]))


def cross_validate(
    names: tuple[str, ...],
    features: Floats,
    happened: Flags,
    x_m: Floats,
    y_m: Floats,
    seed: int = 17,
) -> CrossValidation:
    """Fit to all blocks but a fifth and rank that fifth, five times.

    Neighbours resemble each other: rows of one square block are never on both sides.
    """
    fold, block_m = spatial_folds(x_m, y_m, seed)
    scores = np.full(len(happened), np.nan)
    found = []
    for number in range(FOLDS):
        held = fold == number
        learnt = happened[~held]
        if held.any() and learnt.any() and not learnt.all():
            scores[held] = fit(names, features[~held], learnt).logit(features[held])
        sites = int(happened[held].sum())
        score = auc(scores[held], happened[held]) if not np.isnan(scores[held]).any() else None
        found.append(FoldScore(number + 1, sites, int(held.sum()) - sites, score))
    return CrossValidation(scores, tuple(found), block_m)


def spatial_folds(x_m: Floats, y_m: Floats, seed: int) -> tuple[npt.NDArray[np.int64], float]:
    """The fold of each row, and the side of the blocks: square blocks dealt out by chance.

    >>> x = np.array([0.0, 1, 599, 600])
    >>> fold, side = spatial_folds(x, np.zeros(4), 1)
    >>> side, bool(fold[0] == fold[1]), bool(fold[2] == fold[3])
    (100.0, True, True)
    """
    side = max(float(np.ptp(x_m)), float(np.ptp(y_m))) / BLOCKS_ACROSS or 1.0
    last = BLOCKS_ACROSS - 1
    column = np.minimum(((x_m - x_m.min()) / side).astype(np.int64), last)
    row = np.minimum(((y_m - y_m.min()) / side).astype(np.int64), last)
    _, block = np.unique(row * BLOCKS_ACROSS + column, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(int(block.max()) + 1) % FOLDS
    return dealt[block], side
