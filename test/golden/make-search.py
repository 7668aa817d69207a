"""Ridge regression scored on the folds of a time split: test/golden/search.json.

Written from the definitions, without hone: features and target are standardised by the mean and population standard
deviation of a fold's training rows, the mean squared loss plus l2/2 of the squared norm of the coefficients is minimised by
numpy.linalg.solve, and the root mean squared error is taken in the units of the target. The folds are those of
scikit-learn's TimeSeriesSplit(n_splits=4), of which the first 48 of 60 rows are the training part.
"""

import json
import sys

import numpy

rows, training, folds = 60, 48, 4
random = numpy.random.default_rng(7)
x = random.normal(size=(rows, 3)).round(3)
y = (x @ [3.0, -2.0, 0.0] + 5 + random.normal(size=rows)).round(3)
strengths = [0, 0.1, 1, 10]


def score(l2, fit, held):
    mean, scale = x[fit].mean(axis=0), x[fit].std(axis=0)
    # Encoded features are float32.
    encoded = ((x - mean) / scale).astype(numpy.float32).astype(float)
    centre, unit = y[fit].mean(), y[fit].std()
    target = (y - centre) / unit
    design = numpy.hstack([encoded, numpy.ones((rows, 1))])
    penalty = numpy.diag([l2 / 2] * 3 + [0])
    n = len(fit)
    weights = numpy.linalg.solve(design[fit].T @ design[fit] / n + penalty, design[fit].T @ target[fit] / n)
    predicted = design[held] @ weights * unit + centre
    return float(numpy.sqrt(numpy.mean((predicted - y[held]) ** 2)))


size = training // (folds + 1)
starts = [training - (folds - k) * size for k in range(folds)]
parts = [(numpy.arange(start), numpy.arange(start, start + size)) for start in starts]
trials = []
for l2 in strengths:
    scores = [score(l2, fit, held) for fit, held in parts]
    trials.append({"l2": l2, "scores": scores, "mean": float(numpy.mean(scores)), "sd": float(numpy.std(scores, ddof=1))})
lines = ["t,a,b,c,y"] + [",".join(map(repr, [i, *map(float, x[i]), float(y[i])])) for i in range(rows)]
json.dump(
    {
        "source": f"numpy {numpy.__version__}, Python {sys.version.split()[0]}: make-search.py beside this file",
        "csv": "\n".join(lines) + "\n",
        "trials": trials,
    },
    open("test/golden/search.json", "w"),
    indent=1,
)
