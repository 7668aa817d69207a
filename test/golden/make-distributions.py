"""Writes distributions.json: tails and quantiles of distributions by mpmath, at 60 significant digits."""
import json
from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.dps = 60


def normal(x):
    return mpmath.erfc(mpf(x) / mpmath.sqrt(2)) / 2


def chi_square(x, k):
    return mpmath.gammainc(mpf(k) / 2, mpf(x) / 2, mpmath.inf, regularized=True)


def beta(a, b, x):
    return mpmath.betainc(mpf(a), mpf(b), 0, x, regularized=True)


def student(x, k):
    tail = beta(mpf(k) / 2, mpf(1) / 2, mpf(k) / (mpf(k) + mpf(x) ** 2)) / 2
    return tail if x >= 0 else 1 - tail


def fisher(x, m, n):
    return beta(mpf(n) / 2, mpf(m) / 2, mpf(n) / (mpf(n) + mpf(m) * mpf(x)))


def binomial_above(k, n, p):
    return mpmath.fsum(mpmath.binomial(n, j) * mpf(p) ** j * (1 - mpf(p)) ** (n - j) for j in range(k + 1, n + 1))


def cramer_von_mises(x):
    total, coefficient = mpf(0), mpf(1)
    for k in range(40):
        q = mpf(4 * k + 1) ** 2 / (16 * mpf(x))
        total += coefficient * mpmath.sqrt(4 * k + 1) * mpmath.exp(-q) * mpmath.besselk(mpf(1) / 4, q)
        coefficient *= (k + mpf(1) / 2) / (k + 1)
    return 1 - total / (mp.pi * mpmath.sqrt(mpf(x)))


def rows(function, arguments):
    return [[list(each), float(function(*each))] for each in arguments]


golden = {
    "source": f"mpmath {mpmath.__version__} at 60 digits, rounded once; make-distributions.py",
    "normalTail": rows(normal, [(x,) for x in (-9, -3.5, -1, -0.1, 0, 1e-9, 0.3, 1.96, 5.5, 12, 25, 37)]),
    "chiSquareTail": rows(
        chi_square,
        [(x, k) for k in (0.5, 1, 2, 7, 40, 999, 100000) for x in (1e-6, 0.4 * k, k, 1.2 * k, k + 9 * k**0.5)],
    ),
    "studentTail": rows(student, [(x, k) for k in (1, 2.5, 9, 120, 50000) for x in (-2, 0, 0.01, 1.5, 4, 30)]),
    "fisherTail": rows(
        fisher, [(x, m, n) for m, n in ((1, 1), (3, 20), (45, 8), (700, 900)) for x in (0.01, 0.8, 1, 1.4, 6, 90)]
    ),
    "binomialAbove": rows(
        binomial_above, [(0, 10, 0.01), (4, 10, 0.5), (9, 10, 0.9), (60, 100, 0.5), (400, 1000, 0.3), (3, 5000, 1e-4)]
    ),
    "cramerVonMisesTail": rows(cramer_von_mises, [(x,) for x in (0.01, 0.05, 0.2, 0.46136, 1.2, 2.5)]),
}
Path(__file__).with_name("distributions.json").write_text(json.dumps(golden, indent=1) + "\n")
