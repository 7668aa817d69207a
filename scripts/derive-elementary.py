"""Derives the tables and coefficients of lib/core/elementary with mpmath (1.3.0) and prints them.

`python3 scripts/derive-elementary.py tables` writes lib/core/elementary/tables.ts and its twin for the kernels (format
them with Biome afterwards); without an argument the minimax coefficients of each polynomial are printed with their weighted error, to be compared
with the sources that hold them. Polynomials are found by Remez's exchange on Chebyshev's extrema.
"""

import os
import sys

from mpmath import cos, erf, erfc, exp, expm1, floor, log, log1p, lu_solve, matrix, mp, mpf, nint, pi, sin, sqrt, tanh

mp.dps = 450  # 2/pi is wanted to 1,300 bits; the rest needs far less.


def remez(f, weight, low, high, degree, grid=600):
    """Coefficients, lowest first, of the polynomial that minimises max |weight * (f - p)| on [low, high]."""
    low, high, count = mpf(low), mpf(high), degree + 2
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle - half * cos(pi * (i + mpf(1) / 2) / count) for i in range(count)]
    points = [middle - half * cos(pi * i / grid) for i in range(grid + 1)]
    values, weights = [f(x) for x in points], [weight(x) for x in points]
    for _ in range(12):
        left, right = matrix(count, count), matrix(count, 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                left[i, j] = x**j
            left[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = f(x)
        solution = lu_solve(left, right)
        coefficients, level = [solution[j] for j in range(degree + 1)], abs(solution[degree + 1])
        errors = [w * (v - mp.polyval(coefficients[::-1], x)) for x, v, w in zip(points, values, weights)]
        extrema = []
        for i, error in enumerate(errors):
            if extrema and (error > 0) == (errors[extrema[-1]] > 0):
                if abs(error) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > count:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        worst = max(abs(error) for error in errors)
        if len(extrema) < count or worst < level * mpf("1.01"):
            break
        nodes = [points[i] for i in extrema]
    return coefficients, worst


def show(name, fitted):
    coefficients, worst = fitted
    print(f"{name}: error 2^{mp.nstr(log(worst, 2), 5)}")
    for coefficient in coefficients:
        print("   ", repr(float(coefficient)))


def beyond(f, at_zero):
    """`f`, with its limit where the formula divides by zero."""
    return lambda x: mpf(at_zero) if x == 0 else f(x)


def show_coefficients():
    mp.dps = 60
    tiny, two_over_root_pi = mpf(10) ** -30, 2 / sqrt(pi)
    quarter = (pi / 4 + mpf("0.001")) ** 2
    step = log(mpf(2)) / 128 * mpf("1.001")
    show("exp: (e^r - 1 - r) / r^2", remez(beyond(lambda r: (expm1(r) - r) / r**2, 0.5), lambda r: r * r + tiny, -step, step, 4))
    of_log = beyond(lambda r: (log1p(r) - r + r * r / 2) / r**3, mpf(1) / 3)
    show("log: (log(1 + r) - r + r^2 / 2) / r^3", remez(of_log, lambda r: r * r + tiny, -0.0068, 2**-7, 4))
    show("pow: the same, longer", remez(of_log, lambda r: r * r + tiny, -0.0068, 2**-7, 6))
    show("sin: (sin r / r - 1) / r^2, in r^2", remez(beyond(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 6), lambda z: z + tiny, 0, quarter, 5))
    show("cos: (cos r - 1 + r^2 / 2) / r^4, in r^2", remez(beyond(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, mpf(1) / 24), lambda z: z * z + tiny, 0, quarter, 5))
    show("tanh: (tanh x / x - 1) / x^2, in x^2", remez(beyond(lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 3), lambda z: z + tiny, 0, 0.55**2, 10))
    show("erf: erf x / x - 1, in x^2", remez(beyond(lambda z: erf(sqrt(z)) / sqrt(z) - 1, two_over_root_pi - 1), lambda z: 1, 0, 1.01, 12))
    back = lambda t: 3 * (1 + t) / (1 - t)
    scaled = lambda t: exp(back(t) ** 2) * erfc(back(t))
    importance = lambda t: exp(-back(t) ** 2) + mpf(10) ** -8
    show("erfc: e^(x^2) erfc x, in (x - 3) / (x + 3)", remez(scaled, importance, (mpf("0.99") - 3) / mpf("3.99"), mpf(1) / 3, 12))
    mp.dps = 450
    show_constants()


def show_constants():
    def parts(name, value, *grids):
        for i, grid in enumerate(grids):
            part = nint(value * mpf(2) ** grid) / mpf(2) ** grid
            print(f"{name} part {i + 1}:", repr(float(part)))
            value -= part
        print(f"{name} rest:", repr(float(value)))

    parts("ln2", log(mpf(2)), 42)
    parts("ln2 / 64", log(mpf(2)) / 64, 42)
    print("64 / ln2:", repr(float(64 / log(mpf(2)))))
    parts("pi/2", pi / 2, 32, 65, 98)
    print("2/pi:", repr(float(2 / pi)), " pi/2:", repr(float(pi / 2)), repr(float(pi / 2 - mpf(float(pi / 2)))))


def reciprocal(index):
    """Short approximation of 1/c, c the middle of interval `index` of [0.6875, 1.375); see logarithm.ts."""
    word = 0x3FE60000 + (index << 13)
    exponent, fraction = (word >> 20) - 1023, word & 0xFFFFF
    low = (1 + mpf(fraction) / 2**20) * mpf(2) ** exponent
    width = mpf(2) ** (exponent - 7)
    if low <= 1 <= low + width:
        return mpf(1)
    grid = 128 if low < 1 else 256
    return nint(grid / (low + width / 2)) / grid


def table(name, comment, values, for_kernels=False):
    number = lambda value: str(int(value)) + (".0" if for_kernels else "") if value == int(value) else repr(value)
    body = ", ".join(number(value) for value in values)
    if for_kernels:
        return f"/** {comment} */\nexport const {name}: StaticArray<f64> = [{body}];\n"
    return f"/** {comment} */\nexport const {name} = new Float64Array([{body}]);\n"


def write_tables():
    powers = []
    for j in range(64):
        value = mpf(2) ** (mpf(j) / 64)
        powers += [float(value), float(value - mpf(float(value)))]
    logs = []
    for i in range(128):
        inverse = reciprocal(i)
        value = -log(inverse)
        high = nint(value * 2**42) / mpf(2) ** 42
        logs += [float(inverse), float(high), float(value - high)]
    digits = [int(floor(2 / pi * mpf(2) ** (24 * i))) % 2**24 for i in range(-1, 50 + 1)]
    root = os.path.join(os.path.dirname(__file__), "..", "lib")
    power_text = "2 ** (j / 64) at 2j, and what its rounding left out at 2j + 1."
    log_text = "Three numbers for each of 128 intervals: a short reciprocal, minus its logarithm rounded to 2^-42, and the rest."
    with open(os.path.join(root, "core", "elementary", "tables.ts"), "w") as file:
        write_head(file)
        file.write(table("powerTable", power_text, powers))
        file.write("\n")
        file.write(table("logTable", log_text, logs))
        file.write("\n")
        file.write(table("twoOverPiDigits", "2/π in base 2^24: the digit that weighs 2^(-24 i) stands at i + 1.", digits))
    with open(os.path.join(root, "kernels", "assembly", "shared", "tables.ts"), "w") as file:
        write_head(file)
        file.write(table("powerTable", power_text, powers, for_kernels=True))
        file.write("\n")
        file.write(table("logTable", log_text, logs, for_kernels=True))


def write_head(file):
    file.write("// Written by scripts/derive-elementary.py with mpmath: mend it there.\n")
    file.write("// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: the root of 2 is one of the powers.\n\n")


if __name__ == "__main__":
    write_tables() if sys.argv[1:] == ["tables"] else show_coefficients()
