"""Smooth noise that is the same on every machine: hashed lattice values, interpolated."""

import zlib

import numpy as np


def generator(seed: int, *names: str) -> np.random.Generator:
    """A random generator of its own for each named part of the city."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def _lattice(column: np.ndarray, row: np.ndarray, seed: int) -> np.ndarray:
    mixed = column.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= row.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= np.uint64(seed * 2654435761 & 0xFFFFFFFFFFFFFFFF)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return (mixed >> np.uint64(40)).astype(np.float64) / float(1 << 23) - 1.0


def smooth_noise(x: np.ndarray, y: np.ndarray, wavelength_m: float, seed: int) -> np.ndarray:
    """Noise in [-1, 1] varying over ``wavelength_m``; x and y of any equal shape."""
    x, y = np.asarray(x, float) / wavelength_m, np.asarray(y, float) / wavelength_m
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - column, y - row
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    south = _lattice(column, row, seed) * (1 - fx) + _lattice(column + 1, row, seed) * fx
    north = _lattice(column, row + 1, seed) * (1 - fx) + _lattice(column + 1, row + 1, seed) * fx
    return south * (1 - fy) + north * fy


def fractal_noise(
    x: np.ndarray, y: np.ndarray, wavelength_m: float, seed: int, octaves: int = 4
) -> np.ndarray:
    """Noise in about [-1, 1] with detail at every halving of the wavelength."""
    total, weight = np.zeros(np.shape(x)), 0.0
    for octave in range(octaves):
        share = 0.5**octave
        total = total + share * smooth_noise(x, y, wavelength_m * share, seed + octave)
        weight += share
    return total / weight * 1.3


def ramp(value: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 below ``start``, 1 above ``end``, smooth between."""
    part = np.clip((np.asarray(value, float) - start) / (end - start), 0, 1)
    return part * part * (3 - 2 * part)
