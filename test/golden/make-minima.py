"""Writes minima.json: the least mean loss, plus l2/2 of the squared coefficients, of convex models on real datasets.

Run with the folder of the datasets: python3 make-minima.py ../../../shared/datasets. Features have mean 0 and deviation
1 (of all rows), rounded to float32; everything else is float64. Least squares by numpy.linalg.lstsq; the others by
scipy.optimize.minimize, trust-exact, with gradient and Hessian written here.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax

root = Path(sys.argv[1])


def read(file):
    raw = (root / file).read_bytes()
    return (gzip.decompress(raw) if file.endswith(".gz") else raw).decode().strip().split("\n")


def table(file, skip=1, separator=","):
    return [line.strip().split(separator) for line in read(file)[skip:]]


def split(rows, column):
    rows = np.array([[float(cell) for cell in row] for row in rows])
    return np.delete(rows, column, axis=1), rows[:, column]


def heart():
    rows, targets = [], []
    for line in read("libsvm/heart_scale"):
        label, *pairs = line.split()
        row = np.zeros(13)
        for pair in pairs:
            index, value = pair.split(":")
            row[int(index) - 1] = float(value)
        rows.append(row)
        targets.append(float(label == "+1"))
    return np.array(rows), np.array(targets)


def diabetes():
    rows = np.array([[float(cell) for cell in line.split()] for line in read("regression/diabetes_data_raw.csv.gz")])
    return rows, np.array([float(line) for line in read("regression/diabetes_target.csv.gz")])


datasets = {
    "stackloss": lambda: split(table("regression/stackloss.csv"), 0),
    "diabetes": diabetes,
    "mpg": lambda: split([row[:7] for row in table("regression/mpg.csv") if row[3] != ""], 0),
    "cpunish": lambda: split([row[1:] for row in table("regression/cpunish_counts.csv")], 0),
    "heart_scale": heart,
    "pima": lambda: split(table("classification/pima_no_header.csv", skip=0), -1),
    "breast_cancer": lambda: split(table("classification/breast_cancer_sklearn.csv"), -1),
    "iris": lambda: split(table("classification/iris_sklearn.csv"), -1),
}

# Loss, slope and curvature of a score.
losses = {
    "log-cosh": lambda s, y: (np.logaddexp(s - y, y - s) - np.log(2), np.tanh(s - y), 1 / np.cosh(s - y) ** 2),
    "gamma": lambda s, y: (s + y * np.exp(-s), 1 - y * np.exp(-s), y * np.exp(-s)),
    "poisson": lambda s, y: (np.exp(s) - y * s, np.exp(s) - y, np.exp(s)),
    "tweedie": lambda s, y: (
        2 * np.exp(s / 2) + 2 * y * np.exp(-s / 2),
        np.exp(s / 2) - y * np.exp(-s / 2),
        (np.exp(s / 2) + y * np.exp(-s / 2)) / 2,
    ),
    "logistic": lambda s, y: (np.logaddexp(0, s) - y * s, expit(s) - y, expit(s) * expit(-s)),
}


def least(x, y, loss, l2):
    rows, width = x.shape
    design = np.hstack([x, np.ones((rows, 1))])
    penalty = np.append(np.full(width, l2), 0.0)
    if loss == "squared":
        a = np.vstack([design, np.diag(np.sqrt(penalty * rows / 2))])
        b = np.append(y, np.zeros(width + 1))
        w = np.linalg.lstsq(a, b, rcond=None)[0]
        return np.mean((design @ w - y) ** 2) + l2 / 2 * np.sum(w[:-1] ** 2)
    if loss == "softmax":
        return least_softmax(design, y.astype(int), penalty)

    def value(w):
        each, slope, _ = losses[loss](design @ w, y)
        return np.mean(each) + np.sum(penalty * w * w) / 2, design.T @ slope / rows + penalty * w

    def hessian(w):
        return design.T @ (design * losses[loss](design @ w, y)[2][:, None]) / rows + np.diag(penalty)

    return solve(value, hessian, width + 1)


def least_softmax(design, y, penalty):
    rows, width = design.shape
    classes = y.max() + 1
    truth = np.eye(classes)[y]
    penalties = np.tile(penalty, classes)

    def value(w):
        scores = design @ w.reshape(classes, width).T
        each = -log_softmax(scores, axis=1)[np.arange(rows), y]
        slope = (softmax(scores, axis=1) - truth).T @ design / rows
        return np.mean(each) + np.sum(penalties * w * w) / 2, slope.ravel() + penalties * w

    def hessian(w):
        p = softmax(design @ w.reshape(classes, width).T, axis=1)
        full = np.zeros((classes, width, classes, width))
        for k in range(classes):
            for j in range(classes):
                c = p[:, k] * ((k == j) - p[:, j])
                full[k, :, j, :] = design.T @ (design * c[:, None]) / rows
        return full.reshape(classes * width, -1) + np.diag(penalties)

    return solve(value, hessian, classes * width)


def solve(value, hessian, length):
    found = minimize(value, np.zeros(length), jac=True, hess=hessian, method="trust-exact", options={"gtol": 1e-9})
    # Its square over the least curvature is what the loss may still fall by: some 1e-12.
    assert np.linalg.norm(found.jac) < 1e-6, found
    return found.fun


models = [
    ("stackloss", "linear", "squared", 0),
    ("stackloss", "linear, l2 0.1", "squared", 0.1),
    ("stackloss", "linear, log-cosh", "log-cosh", 0),
    ("diabetes", "linear", "squared", 0),
    ("diabetes", "linear, gamma", "gamma", 0),
    ("mpg", "linear", "squared", 0),
    ("mpg", "linear, l2 0.01", "squared", 0.01),
    ("cpunish", "linear, poisson", "poisson", 0),
    ("cpunish", "linear, tweedie", "tweedie", 0),
    ("heart_scale", "logistic", "logistic", 0),
    ("heart_scale", "logistic, l2 0.01", "logistic", 0.01),
    ("pima", "logistic", "logistic", 0),
    ("breast_cancer", "logistic, l2 0.001", "logistic", 0.001),
    ("breast_cancer", "softmax, l2 0.001", "softmax", 0.001),
    ("iris", "softmax, l2 0.001", "softmax", 0.001),
]

minima = {}
for name, title, loss, l2 in models:
    x, y = datasets[name]()
    deviation = x.std(axis=0)
    x = ((x - x.mean(axis=0)) / np.where(deviation == 0, 1, deviation)).astype(np.float32).astype(np.float64)
    minima[f"{name}: {title}"] = float(least(x, y, loss, l2))

document = {"source": f"numpy {np.__version__}, scipy {scipy.__version__}; make-minima.py", "minima": minima}
Path(__file__).with_name("minima.json").write_text(json.dumps(document, indent=2) + "\n")
