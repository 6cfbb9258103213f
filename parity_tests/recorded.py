"""How arrays computed here differ from those recorded with TensorFlow 1.15.5."""

from __future__ import annotations

import numpy as np

__all__ = ["differences"]


def differences(got: dict, wanted: dict, tolerance: dict[str, float]) -> list[str]:
    """One line per array that is missing, new, of another shape or further off than its tolerance.

    Args:
        tolerance: first part of a key -> the largest distance, relative to the array's largest number. Infinite numbers
            must be the same.
    """
    lines = [f"{key}: only {'here' if key in got else 'in TF1'}" for key in sorted({*got} ^ {*wanted})]
    for key in (key for key in wanted if key in got):
        a, b = np.asarray(got[key], np.float32), wanted[key]
        if a.shape != b.shape:
            lines.append(f"{key}: shape {a.shape}, in TF1 {b.shape}")
            continue
        with np.errstate(invalid="ignore"):
            distance = np.where(a == b, 0, np.abs(a - b)).max(initial=0) / max(np.abs(b).max(initial=0), 1e-3)
        if not distance <= tolerance[key.partition("/")[0]]:
            lines.append(f"{key}: {distance:.2g} off")
    return lines
