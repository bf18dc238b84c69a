"""Places for the nodes of a small network: the same network is always drawn the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

STEPS = 120
# Above this a picture of the network shows nothing; the nodes then stay on their circle.
MAX_MOVED = 150


def positions(
    names: Iterable[str], ties: Mapping[tuple[str, str], float]
) -> dict[str, tuple[float, float]]:
    """A place in [-1, 1] x [-1, 1] for each name, nearer where the tie is heavier.

    Fruchterman and Reingold's forces (1991) from a circle in the order of the names.
    """
    ordered = sorted(set(names))
    count = len(ordered)
    if count < 2:
        return dict.fromkeys(ordered, (0.0, 0.0))
    angles = 2 * np.pi * np.arange(count) / count
    places = np.column_stack([np.cos(angles), np.sin(angles)])
    if 2 < count <= MAX_MOVED and ties:
        places = _moved(places, _weights(ordered, ties))
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    reach = np.abs(centred).max(axis=0)
    scaled = centred / np.where(reach > 0, reach, 1.0)
    return {
        name: (round(float(x), 4), round(float(y), 4))
        for name, (x, y) in zip(ordered, scaled, strict=True)
    }


def _weights(ordered: list[str], ties: Mapping[tuple[str, str], float]) -> np.ndarray:
    at = {name: row for row, name in enumerate(ordered)}
    weights = np.zeros((len(ordered), len(ordered)))
    heaviest = max(ties.values()) or 1.0
    for (left, right), weight in sorted(ties.items()):
        if left in at and right in at and left != right:
            weights[at[left], at[right]] = weights[at[right], at[left]] = weight / heaviest
    return weights


def _moved(places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    length = 2.0 / np.sqrt(len(places))
    for step in range(STEPS):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum(np.sqrt((apart**2).sum(axis=2)), 0.01)
        push = (length**2 / distance**2)[:, :, None] * apart
        pull = (weights * distance / length)[:, :, None] * apart
        # A weak pull to the middle keeps parts that are not tied together in the picture.
        force = (push - pull).sum(axis=1) - 0.3 * places
        size = np.maximum(np.sqrt((force**2).sum(axis=1)), 1e-9)[:, None]
        places = places + force / size * np.minimum(size, 0.15 * (1 - step / STEPS))
    return places
