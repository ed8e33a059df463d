"""The model beside the published landslides of Ecuador, and its scores beside their definitions."""

import csv
from pathlib import Path

import numpy as np
import pytest

from spatial.susceptibility.rules.fitting import FOLDS, cross_validate, fit, spatial_folds
from spatial.susceptibility.rules.scores import area_under, auc, roc, success_rate

POINTS = Path(__file__).resolve().parents[3] / "data" / "terrain" / "ecuador_landslide_points.csv"
NAMES = ("slope", "cplan", "cprof", "elev", "log10_carea")


@pytest.fixture(scope="module")
def ecuador():
    with POINTS.open() as lines:
        rows = list(csv.DictReader(lines))
    features = np.array([[float(row[name]) for name in NAMES] for row in rows])
    happened = np.array([row["lslpts"] == "TRUE" for row in rows])
    x, y = (np.array([float(row[axis]) for row in rows]) for axis in "xy")
    return features, happened, x, y


def test_ecuador_is_ranked_as_well_as_published_models_rank_it(ecuador):
    """Published AUROC by spatial cross-validation lies between 0.75 and 0.80."""
    validated = cross_validate(NAMES, *ecuador)
    assert validated.auc == pytest.approx(0.795, abs=0.01)
    assert sum(fold.sites for fold in validated.folds) == ecuador[1].sum() == 175
    assert not np.isnan(validated.scores).any()
    features, happened = ecuador[:2]
    model = fit(NAMES, features, happened)
    # On the points that it knows it looks better than it is.
    assert auc(model.logit(features), happened) > validated.auc + 0.01
    weights = {term.name: term.coefficient for term in model.terms}
    assert weights["slope"] > 0.5
    assert weights["cplan"] < -0.5


def test_what_tells_nothing_is_not_better_than_chance(ecuador):
    features, happened, x, y = ecuador
    shuffled = np.random.default_rng(2).permutation(happened)
    assert cross_validate(NAMES, features, shuffled, x, y).auc == pytest.approx(0.5, abs=0.09)


def test_no_block_is_on_both_sides(ecuador):
    *_, x, y = ecuador
    fold, side = spatial_folds(x, y, 17)
    block = np.floor((x - x.min()) / side) * 100 + np.floor((y - y.min()) / side)
    for number in np.unique(block):
        assert len(np.unique(fold[block == number])) == 1
    assert set(fold) == set(range(FOLDS))


def test_the_area_below_the_roc_is_the_auc(ecuador):
    features, happened = ecuador[:2]
    scores = fit(NAMES, features, happened).logit(features)
    assert area_under(roc(scores, happened)) == pytest.approx(auc(scores, happened), abs=0.01)
    assert roc(scores, np.ones(len(scores), dtype=bool)) == []


def test_success_rate_rises_to_all_sites_in_all_of_the_area():
    places = np.linspace(0, 1, 1000)
    curve = success_rate(places, np.array([0.95, 0.5]))
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (1.0, 1.0)
    assert area_under(curve) == pytest.approx(0.725, abs=0.01)
    assert success_rate(places, np.zeros(0)) == []
