"""Writes calibration.json: Platt scaling and isotonic regression by scikit-learn, on seeded scores.

Run by a Python with scikit-learn 1.2.1 (Debian 12's python3-sklearn).
"""
import json
from pathlib import Path

import numpy as np
import sklearn
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression


def platt(scores, labels, weights):
    """scikit-learn's own stops at a gradient of 1e-5; this goes on from there, on the same loss."""
    start = _SigmoidCalibration().fit(scores, labels, weights)
    w = np.ones_like(scores) if weights is None else weights
    positive, negative = w[labels == 1].sum(), w[labels == 0].sum()
    target = np.where(labels == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(ab):
        f = ab[0] * scores + ab[1]
        return (w * (target * f + np.logaddexp(0, -f))).sum()

    def slope(ab):
        gap = w * (target - expit(-(ab[0] * scores + ab[1])))
        return np.array([(gap * scores).sum(), gap.sum()])

    found = minimize(loss, [start.a_, start.b_], jac=slope, method="BFGS", options={"gtol": 1e-12})
    return {"sklearn": [start.a_, start.b_], "converged": found.x.tolist()}


def case(name, scores, labels, weights=None, at=()):
    iso = IsotonicRegression(out_of_bounds="clip").fit(scores, labels, weights)
    return {
        "name": name,
        "scores": scores.tolist(),
        "labels": labels.tolist(),
        "weights": None if weights is None else weights.tolist(),
        "platt": platt(scores, labels, weights),
        "at": list(at),
        "isotonic_at": iso.predict(np.array(at)).tolist(),
    }


random = np.random.default_rng(3)
x = np.round(random.normal(size=80), 2)
y = (random.random(80) < expit(1.5 * x - 0.4)).astype(int)
w = np.round(random.random(80) * 3, 2)
ties = np.round(random.random(60), 1)
z = (random.random(60) < ties).astype(int)
grid = np.round(np.linspace(-3, 3, 25), 3).tolist()
golden = {
    "source": f"scikit-learn {sklearn.__version__}; make-calibration.py",
    "cases": [
        case("overlapping", x, y, at=grid),
        case("weighted", x, y, w, at=grid),
        case("tied", ties, z, at=np.round(np.linspace(-0.1, 1.1, 25), 3).tolist()),
        case("large unit", 1e4 * x + 5e5, y, at=(1e4 * np.array(grid) + 5e5).tolist()),
    ],
}
Path(__file__).with_name("calibration.json").write_text(json.dumps(golden) + "\n")
