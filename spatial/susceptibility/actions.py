"""A model is made, or classes are approved: a row with its scores, and a grid of its classes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from django.db import transaction

from spatial.rasters import Grid
from spatial.susceptibility.models import SusceptibilityModel
from spatial.susceptibility.rulebook import SLOPE_NAMES, SusceptibilityNumbers, numbers_on
from spatial.susceptibility.rules.fitting import CrossValidation, cross_validate, fit
from spatial.susceptibility.rules.scores import Curve, auc, roc, success_rate
from spatial.susceptibility.sites import FailedCells, centres_m, failed_cells, other_cells
from spatial.susceptibility.surfaces import (
    available,
    features_of,
    logit_surface,
    safety_surface,
)
from spatial.terrain import products
from spatial.terrain.files import burnt, read_whole, write_cells
from spatial.terrain.susceptibility_files import CLASSES, approved_path, modelled_path

Classes = npt.NDArray[np.int8]

SEED = 17  # of what is drawn by chance: the same sites make the same model
CURVE_CELLS = 200_000  # of the whole area, for curves and shares
FEWEST_OTHERS = 200


@dataclass(frozen=True)
class Sampled:
    """Cells with and without a failure, and where they are."""

    places: npt.NDArray[np.int64]
    happened: npt.NDArray[np.bool_]


def make_model(day: date) -> SusceptibilityModel:
    """Fit a model to the dated failures; where they are too few take infinite slopes.

    Raises RasterError, SettingsMissing.
    """
    numbers, predictors = numbers_on(day), available()
    ground = read_whole(products.SLOPE.path)
    failed = failed_cells(ground)
    failed = FailedCells(_within(failed.places, ground), failed.vague)
    count = max(FEWEST_OTHERS, round(numbers.others_per_site * len(failed.places)))
    others = other_cells(ground, failed.places, count, numbers.clearance_m, SEED)
    sampled = Sampled(
        np.concatenate([failed.places, others]),
        np.arange(len(failed.places) + len(others)) < len(failed.places),
    )
    features = features_of(predictors, sampled.places)
    whole = ~np.isnan(features).any(axis=1)
    sampled = Sampled(sampled.places[whole], sampled.happened[whole])
    if sampled.happened.sum() >= numbers.least_sites:
        names = tuple(one.name for one in predictors)
        x, y = centres_m(ground, sampled.places)
        validated = cross_validate(names, features[whole], sampled.happened, x, y, SEED)
        model = fit(names, features[whole], sampled.happened)
        scores = logit_surface(model, predictors)
        classes = _by_share(scores, numbers)
        terms = [*map(asdict, model.terms), {"name": "intercept", "coefficient": model.intercept}]
        row = _row(
            SusceptibilityModel.SusceptibilityMethod.LOGISTIC, ground, terms, failed, sampled
        )
        _score(row, scores, sampled, validated)
    else:
        safety = safety_surface(numbers)
        scores, classes = -safety, _by_safety(safety, numbers)
        terms = [{"name": name, "value": getattr(numbers, name)} for name in SLOPE_NAMES]
        row = _row(
            SusceptibilityModel.SusceptibilityMethod.INFINITE_SLOPE, ground, terms, failed, sampled
        )
        _score(row, scores, sampled, None)
    return _keep(row, ground, classes, sampled, modelled_path())


def approve_classes(
    areas: Sequence[tuple[shapely.Geometry, int]], source: str
) -> SusceptibilityModel:
    """Take areas of classes that an authority approved; from now on they lead.

    Areas are in the CRS of the heights; where two overlap the more susceptible holds.
    """
    ground = read_whole(products.ELEVATION.path)
    ordered = sorted(areas, key=lambda area: area[1])
    classes = burnt(ground, ordered, -1).astype(np.int8)
    classes = np.where(np.isnan(ground.values), np.int8(-1), classes)
    failed = failed_cells(ground)
    sampled = Sampled(failed.places, np.ones(len(failed.places), dtype=bool))
    row = _row(SusceptibilityModel.SusceptibilityMethod.APPROVED, ground, [], failed, sampled)
    row.source = source
    scores = np.where(classes < 0, np.nan, classes).astype(np.float32)
    row.success_rate = _success(scores, sampled)
    return _keep(row, ground, classes, sampled, approved_path())


def _within(places: npt.NDArray[np.int64], ground: Grid) -> npt.NDArray[np.int64]:
    return places[~np.isnan(ground.values.ravel()[places])]


def _row(
    method: SusceptibilityModel.SusceptibilityMethod,
    ground: Grid,
    terms: list,
    failed: FailedCells,
    sampled: Sampled,
) -> SusceptibilityModel:
    return SusceptibilityModel(
        method=method,
        cell_m=ground.cell_x,
        sites=int(sampled.happened.sum()),
        vague_sites=failed.vague,
        others=int((~sampled.happened).sum()),
        terms=terms,
        folds=[],
        roc=[],
        success_rate=[],
    )


def _score(
    row: SusceptibilityModel,
    scores: npt.NDArray[np.float32],
    sampled: Sampled,
    validated: CrossValidation | None,
) -> None:
    """Scores of a fitted model are of the blocks that it did not know."""
    own = scores.ravel()[sampled.places].astype(np.float64)
    row.fitted_auc = auc(own, sampled.happened)
    row.success_rate = _success(scores, sampled)
    if validated is None:
        # Nothing was fitted to these sites: their ranking is a test as it is.
        row.auc, row.roc = row.fitted_auc, roc(own, sampled.happened)
        row.fitted_auc = None
        return
    known = ~np.isnan(validated.scores)
    row.auc, row.block_m = validated.auc, validated.block_m
    row.folds = [asdict(fold) for fold in validated.folds]
    row.roc = roc(validated.scores[known], sampled.happened[known])


def _success(scores: npt.NDArray[np.float32], sampled: Sampled) -> Curve:
    sites = scores.ravel()[sampled.places[sampled.happened]].astype(np.float64)
    return success_rate(_sample(scores), sites[~np.isnan(sites)])


def _sample(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    known = scores[~np.isnan(scores)]
    if len(known) > CURVE_CELLS:
        known = np.random.default_rng(SEED).choice(known, CURVE_CELLS, replace=False)
    return known.astype(np.float64)


def _by_share(scores: npt.NDArray[np.float32], numbers: SusceptibilityNumbers) -> Classes:
    shares = (numbers.share_medium, numbers.share_high, numbers.share_very_high)
    return _classified(scores, np.quantile(_sample(scores), shares).tolist())


def _by_safety(safety: npt.NDArray[np.float32], numbers: SusceptibilityNumbers) -> Classes:
    limits = (numbers.safety_stable, numbers.safety_basic, numbers.safety_marginal)
    classes = np.zeros(safety.shape, dtype=np.int8)
    for limit in limits:
        classes += safety < limit
    classes[np.isnan(safety)] = -1
    return classes


def _classified(scores: npt.NDArray[np.float32], limits: Sequence[float]) -> Classes:
    classes = np.zeros(scores.shape, dtype=np.int8)
    for limit in limits:
        classes += scores >= np.float32(limit)
    classes[np.isnan(scores)] = -1
    return classes


def _keep(
    row: SusceptibilityModel, ground: Grid, classes: Classes, sampled: Sampled, path: Path
) -> SusceptibilityModel:
    """The row and the grid: both or none."""
    cells = np.bincount(classes[classes >= 0].ravel(), minlength=len(CLASSES))
    held = classes.ravel()[sampled.places[sampled.happened]]
    sites = np.bincount(held[held >= 0], minlength=len(CLASSES))
    row.classes = [
        {"class": name, "km2": int(cells[n]) * row.cell_m**2 / 1e6, "sites": int(sites[n])}
        for n, name in enumerate(CLASSES)
    ]
    with transaction.atomic():
        row.save()
        tags = {"MODEL": str(row.pk), "METHOD": row.method, "CLASSES": ",".join(CLASSES)}
        write_cells(path, ground, classes, tags)
    return row
