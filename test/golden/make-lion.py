"""Thirty steps of Lion on two small problems: test/golden/optim/lion_quadratic5.json and lion_rosenbrock2.json.

After Chen et al. 2023, arXiv:2302.06675, Algorithm 2, without hone: 60 significant digits (mpmath), rounded once. The
problems are those of quadratic5.json and rosenbrock2.json beside this file, whose gradients are worked out here.
"""

import json
import sys

import mpmath
from mpmath import mpf

mpmath.mp.dps = 60
steps = 30


def lion(gradient_and_loss, start, lr, betas=(0.9, 0.99), weight_decay=0.0):
    beta1, beta2, rate, decay = mpf(betas[0]), mpf(betas[1]), mpf(lr), mpf(weight_decay)
    x = [mpf(value) for value in start]
    m = [mpf(0)] * len(x)
    path, losses = [], []
    for _ in range(steps):
        g, loss = gradient_and_loss(x)
        losses.append(float(loss))
        update = [mpmath.sign(beta1 * mi + (1 - beta1) * gi) for mi, gi in zip(m, g)]
        x = [xi - rate * (ui + decay * xi) for xi, ui in zip(x, update)]
        m = [beta2 * mi + (1 - beta2) * gi for mi, gi in zip(m, g)]
        path.append([float(value) for value in x])
    return path, losses


def quadratic(data):
    a = [[mpf(value) for value in row] for row in data["A"]]
    b = [mpf(value) for value in data["b"]]

    def at(x):
        ax = [sum(aij * xj for aij, xj in zip(row, x)) for row in a]
        loss = sum(xi * (axi / 2 - bi) for xi, axi, bi in zip(x, ax, b))
        return [axi - bi for axi, bi in zip(ax, b)], loss

    return at


def rosenbrock(data):
    a, b = mpf(data["a"]), mpf(data["b"])

    def at(x):
        rest = x[1] - x[0] ** 2
        return [-2 * (a - x[0]) - 4 * b * x[0] * rest, 2 * b * rest], (a - x[0]) ** 2 + b * rest**2

    return at


options = [
    {"lr": 0.01},
    {"lr": 0.003, "betas": [0.95, 0.98]},
    {"lr": 0.02, "weight_decay": 0.1},
    {"lr": 0.05, "betas": [0.5, 0.9], "weight_decay": 0.01},
]
for name, problem in [("quadratic5", quadratic), ("rosenbrock2", rosenbrock)]:
    golden = json.load(open(f"test/golden/optim/{name}.json"))
    runs = []
    for chosen in options:
        path, losses = lion(problem(golden["data"]), golden["x0"], **chosen)
        runs.append({"optimizer": "Lion", "options": chosen, "params_after_step": path, "loss_before_step": losses})
    source = f"mpmath {mpmath.__version__} at 60 digits, Python {sys.version.split()[0]}: make-lion.py; arXiv:2302.06675, Algorithm 2"
    with open(f"test/golden/optim/lion_{name}.json", "w") as out:
        json.dump({"problem": f"{name}, Lion", "source": source, "data": golden["data"], "x0": golden["x0"], "runs": runs}, out)
        out.write("\n")
