"""Safety of an infinite slope, and how rain soaks in. Pure; arrays or numbers.

Two families of the formula circulate and differ by what their depth is. Ours takes the
vertical depth Z; `factor_of_safety_normal` takes the depth t at right angles to the slope
(t = Z cos δ). Both are named, so that nobody mixes them.

Sources: TRIGRS (Baum, Savage, Godt 2008, USGS, public domain) and Iverson 2000 for the
pressure head; Jibson and Landlab for the slope-normal form.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Values = Any  # a number or an array of numbers
Result = npt.NDArray[np.float64]

WATER_WEIGHT_KN_M3 = 9.81


def factor_of_safety(
    slope_deg: Values,
    depth_m: Values,
    cohesion_kpa: Values,
    friction_deg: Values,
    soil_weight_kn_m3: Values,
    head_m: Values,
    water_weight_kn_m3: float = WATER_WEIGHT_KN_M3,
) -> Result:
    """Safety at a vertical depth: tan φ/tan δ + (c - ψ γw tan φ)/(γs Z sin δ cos δ).

    A negative pressure head holds nothing up and is taken as 0, as TRIGRS does. A level slope
    is safe beyond measure (inf).

    >>> round(float(factor_of_safety(15, 6, 4, 18, 22, 3.3321, 9.8)), 4)
    1.0123
    """
    slope, friction = np.deg2rad(slope_deg), np.deg2rad(friction_deg)
    head = np.maximum(head_m, 0.0)
    weight = soil_weight_kn_m3 * np.asarray(depth_m) * np.sin(slope) * np.cos(slope)
    with np.errstate(divide="ignore", invalid="ignore"):
        safety = (
            np.tan(friction) / np.tan(slope)
            + (cohesion_kpa - head * water_weight_kn_m3 * np.tan(friction)) / weight
        )
    return np.where(np.asarray(slope_deg) <= 0, np.inf, safety)


def factor_of_safety_normal(
    slope_deg: Values,
    thickness_m: Values,
    cohesion_kpa: Values,
    friction_deg: Values,
    soil_weight_kn_m3: Values,
    saturated: Values,
    water_weight_kn_m3: float = WATER_WEIGHT_KN_M3,
) -> Result:
    """Safety at a thickness measured at right angles to the slope, a share of it saturated.

    c/(γs t sin δ) + tan φ/tan δ · (1 - m γw/γs).
    """
    slope, friction = np.deg2rad(slope_deg), np.deg2rad(friction_deg)
    with np.errstate(divide="ignore", invalid="ignore"):
        safety = np.asarray(cohesion_kpa) / (
            soil_weight_kn_m3 * np.asarray(thickness_m) * np.sin(slope)
        ) + np.tan(friction) / np.tan(slope) * (
            1.0 - np.asarray(saturated) * water_weight_kn_m3 / soil_weight_kn_m3
        )
    return np.where(np.asarray(slope_deg) <= 0, np.inf, safety)


def wetness(
    recharge_m_d: Values, area_m: Values, transmissivity_m2_d: Values, slope_deg: Values
) -> Result:
    """Share of the soil that steady flow fills: min(1, R a/(T sin δ)); a is area per width.

    >>> float(wetness(0.02, 50, 10, np.rad2deg(np.arctan(0.7)))).__round__(4)
    0.1744
    """
    sine = np.sin(np.deg2rad(slope_deg))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.asarray(recharge_m_d) * area_m / (np.asarray(transmissivity_m2_d) * sine)
    return np.minimum(1.0, share)


def saturated_head_m(slope_deg: Values, depth_m: Values) -> Result:
    """Pressure head at a vertical depth where water flows along the slope from its surface."""
    return np.asarray(depth_m * np.cos(np.deg2rad(slope_deg)) ** 2, dtype=np.float64)


def response(time: Values) -> Result:
    """Iverson's response function of a normalised time: √(t/π) e^(-1/t) - erfc(1/√t).

    0 for times up to 0.
    """
    from scipy.special import erfc

    at = np.asarray(time, dtype=np.float64)
    positive = np.where(at > 0, at, 1.0)
    value = np.sqrt(positive / np.pi) * np.exp(-1.0 / positive) - erfc(1.0 / np.sqrt(positive))
    return np.where(at > 0, value, 0.0)


def head_after_rain_m(
    slope_deg: Values,
    depth_m: Values,
    water_table_m: Values,
    steady_rain_m_s: Values,
    rain_m_s: Values,
    conductivity_m_s: Values,
    diffusivity_m2_s: Values,
    elapsed_s: Values,
    duration_s: Values,
) -> Result:
    """Pressure head at a vertical depth after rain of one intensity, in metres.

    ψ = β(Z - d) + Z·min(Iz/K, 1)·[R(t*) - R(t* - T*)], t* = 4 D t/(Z² cos² δ), and
    β = cos² δ - I_LT/K; never more than β Z. No more soaks in than the soil can take: without
    that bound heads are wrong by most of a metre.

    >>> float(head_after_rain_m(15, 6, 2, 5e-9, 1e-7, 5e-8, 1e-6, 84 * 86400, 84 * 86400)).__round__(4)
    3.5523
    """
    cosine_squared = np.cos(np.deg2rad(slope_deg)) ** 2
    beta = cosine_squared - np.asarray(steady_rain_m_s) / conductivity_m_s
    depth = np.asarray(depth_m, dtype=np.float64)
    scale = 4.0 * np.asarray(diffusivity_m2_s) / (depth**2 * cosine_squared)
    soaked = np.minimum(np.asarray(rain_m_s) / conductivity_m_s, 1.0)
    rise = response(scale * elapsed_s) - response(scale * (np.asarray(elapsed_s) - duration_s))
    return np.minimum(beta * (depth - water_table_m) + depth * soaked * rise, beta * depth)
