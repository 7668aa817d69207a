"""Writes five-houses.json: gradient descent on the mean squared error, in exact rational arithmetic.

Held against the closed form of the recurrence, by mpmath's eigen-decomposition at 60 digits.
"""

import json
from fractions import Fraction
from pathlib import Path

import mpmath

mpmath.mp.dps = 60
STEPS = (1, 2, 10, 100, 1000)
RATE = Fraction(1, 100)
X = [Fraction(i) for i in range(1, 6)]
Y = [x + Fraction(1, 2) for x in X]

# The gradient (2/n) X'(X theta - y) is H theta - c, with theta = (slope, intercept).
share = Fraction(2, len(X))
H = [[share * sum(x * x for x in X), share * sum(X)], [share * sum(X), share * len(X)]]
c = [share * sum(x * y for x, y in zip(X, Y)), share * sum(Y)]

after = {}
theta = [Fraction(0), Fraction(0)]
for step in range(1, max(STEPS) + 1):
    gradient = [H[i][0] * theta[0] + H[i][1] * theta[1] - c[i] for i in range(2)]
    theta = [t - RATE * g for t, g in zip(theta, gradient)]
    if step in STEPS:
        mse = sum((theta[0] * x + theta[1] - y) ** 2 for x, y in zip(X, Y)) / len(X)
        after[step] = {"slope": float(theta[0]), "intercept": float(theta[1]), "mse": float(mse)}

# theta_t = theta* - (I - rate H)^t theta*, from zero.
values, vectors = mpmath.eigsy(mpmath.matrix([[mpmath.mpf(h.numerator) / h.denominator for h in row] for row in H]))
least = mpmath.matrix([1, mpmath.mpf(1) / 2])
for step, found in after.items():
    powers = mpmath.diag([(1 - mpmath.mpf(1) / 100 * value) ** step for value in values])
    closed = least - vectors * powers * vectors.T * least
    assert abs(closed[0] - found["slope"]) < 1e-15 and abs(closed[1] - found["intercept"]) < 1e-15

document = {
    "source": "CPython fractions: theta <- theta - 1/100 * (2/5) X'(X theta - y) from zero, exact, rounded once to "
    "float64; make-five-houses.py",
    "data": {"x": [float(x) for x in X], "y": [float(y) for y in Y], "learningRate": float(RATE)},
    "after": after,
}
Path(__file__).with_name("five-houses.json").write_text(json.dumps(document, indent=2) + "\n")
