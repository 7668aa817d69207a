"""Writes quantile-scaling.json: what a quantile scaling gives, by NumPy's interp.

The definition is that of scikit-learn 1.2's QuantileTransformer: quantiles at even steps, and the mean of an
interpolation from below and one from above, so that ties get the middle of their shares; normal output by the inverse
of the normal distribution, cut at a share of 1e-7 minus one unit in the last place. The inverse is CPython's.
Positions of quantiles are multiplied before they are divided: a rounded share may miss the one of many equal values.
"""
import json
import sys
from statistics import NormalDist

import numpy as np


def scale(train, values, count, output):
    count = max(1, min(count, len(train)))
    references = np.linspace(0, 1, count)
    positions = np.arange(count) * (len(train) - 1) / max(1, count - 1)
    quantiles = np.interp(positions, np.arange(len(train)), np.sort(train))
    shares = 0.5 * (
        np.interp(values, quantiles, references) - np.interp(-values, -quantiles[::-1], -references[::-1])
    )
    shares[values <= quantiles[0]] = 0
    shares[values >= quantiles[-1]] = 1
    if output == "uniform":
        return shares
    bound = 1e-7 - np.spacing(1)
    return np.array([NormalDist().inv_cdf(min(max(share, bound), 1 - bound)) for share in shares])


random = np.random.default_rng(4)
trains = {
    "distinct": random.normal(size=40) * 100,
    "ties": random.integers(0, 6, size=60).astype(float),
    "skewed": np.round(random.exponential(size=300), 3),
    "two": np.array([3.0, 5.0]),
}
cases = []
for name, train in trains.items():
    around = np.concatenate([np.linspace(train.min() - 1, train.max() + 1, 25), train[:20]])
    for count in (1000, 10):
        for output in ("uniform", "normal"):
            scaled = scale(train, around, count, output)
            cases.append(
                {"name": name, "count": count, "output": output, "train": train.tolist(), "values": around.tolist(), "scaled": scaled.tolist()}
            )
print(json.dumps({"source": f"NumPy {np.__version__}, CPython {sys.version.split()[0]}", "cases": cases}))
