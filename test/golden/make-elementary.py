"""Writes elementary.json beside itself: arguments of the elementary functions and their values, from mpmath.

Each row holds the arguments, the float nearest to the true value, and how far the true value lies from that float, in
units in the last place: so that an error can be measured to a fraction of one, for subnormal values too. Values are
computed to 80 significant digits, and to as many more as the arguments have before the point.

`python3 make-elementary.py` writes the table; `python3 make-elementary.py COUNT FILE [FUNCTION…]` writes COUNT random
rows of each function to FILE.<function> as little-endian float64, for a wider sweep.
"""

import array
import json
import math
import os
import random
import sys

import mpmath
from mpmath import mp, mpf

mp.dps = 80
pick = random.Random(20240229)


def near(value, spread=3):
    """`value` and its neighbours."""
    found, up, down = [value], value, value
    for _ in range(spread):
        up, down = math.nextafter(up, math.inf), math.nextafter(down, -math.inf)
        found += [up, down]
    return found


def any_float(low=-1074, high=1023):
    """A float of any size, log-uniform, of either sign."""
    return pick.choice([-1, 1]) * math.ldexp(pick.uniform(1, 2), pick.randint(low, high))


def multiple_of_half_pi():
    """A float beside a multiple of π/2 of any size."""
    with mp.workdps(400):
        count = pick.randint(1, 2 ** pick.randint(1, 60)) << pick.choice([0, 0, 0, pick.randint(0, 900)])
        return pick.choice(near(float(count * mp.pi / 2), 1))


def random_exp():
    return pick.choice([lambda: pick.uniform(-745.2, 709.8), lambda: pick.uniform(-2, 2), lambda: pick.uniform(-746, -707), lambda: any_float(-60, 9)])()


def random_expm1():
    return pick.choice([lambda: pick.uniform(-45, 60), lambda: pick.uniform(-1, 1), lambda: pick.uniform(-0.1, 0.1), lambda: any_float(-70, 9), lambda: pick.uniform(600, 709.7)])()


def random_log():
    return pick.choice([lambda: abs(any_float()), lambda: pick.uniform(0.5, 2), lambda: pick.uniform(0.98, 1.02), lambda: 1 + any_float(-52, -5), lambda: pick.uniform(0, 100)])()


def random_log1p():
    return pick.choice([lambda: abs(any_float()), lambda: pick.uniform(-1, 2), lambda: pick.uniform(-0.02, 0.02), lambda: any_float(-70, -2), lambda: pick.uniform(0, 100)])()


def random_pow():
    def bounded(base):
        limit = 745 / max(abs(math.log(base)), 1e-300)
        return base, pick.uniform(-min(limit, 1e300), min(limit, 1e300))

    return pick.choice([
        lambda: bounded(abs(any_float())),
        lambda: bounded(pick.uniform(0.5, 2)),
        lambda: bounded(1 + any_float(-52, -8)),
        lambda: (pick.uniform(0, 10), float(pick.randint(-20, 20))),
        lambda: (-pick.uniform(0, 10), float(pick.randint(-200, 200))),
        lambda: (pick.uniform(0, 1), pick.choice([0.5, -0.5, 1 / 3, 2.0, 3.0, 1e-5])),
        lambda: (pick.choice([0.9, 0.99, 0.999, 0.9999]), float(pick.randint(1, 10**6))),
    ])()


def random_tanh():
    return pick.choice([lambda: pick.uniform(-1, 1), lambda: pick.uniform(-21, 21), lambda: any_float(-60, 5), lambda: pick.uniform(0.5, 0.6)])()


def random_angle():
    return pick.choice([lambda: pick.uniform(-4, 4), lambda: any_float(-60, 20), lambda: any_float(15, 1023), multiple_of_half_pi, lambda: pick.uniform(-1e6, 1e6)])()


def random_erf():
    return pick.choice([lambda: pick.uniform(-6, 6), lambda: pick.uniform(-1.1, 1.1), lambda: any_float(-70, 3), lambda: pick.uniform(0.8, 2)])()


least, tiny, largest = 5e-324, 2.2250738585072014e-308, sys.float_info.max
sizes = [least, 3 * least, tiny / 3, tiny, 1e-300, 1e-20, 2**-54, 2**-53, 1e-8]
signed = sizes + [-size for size in sizes]
ln2, half_pi = math.log(2), math.pi / 2
# The float that comes nearest to a multiple of π/2: Muller et al., Handbook of Floating-Point Arithmetic, section 11.
nearest_to_half_pi = 6381956970095103.0 * 2.0**797

functions = {
    "exp": (mpmath.exp, random_exp, signed + near(709.782712893384) + near(-708.3964185322641) + near(-745.1332191019411) + near(1.0) + near(ln2) + near(-ln2 / 128) + near(708.0) + near(-708.0)),
    "expm1": (mpmath.expm1, random_expm1, signed + near(709.782712893384) + near(0.0625) + near(-0.0625) + near(ln2) + near(-ln2) + near(45.0) + near(-40.0) + near(-37.0)),
    "log": (mpmath.log, random_log, sizes + near(1.0, 12) + near(0.99609375) + near(1.0078125) + near(0.6875) + near(1.375) + near(2.0) + near(math.e) + [largest, 0.5, 10.0, 1e300]),
    "log1p": (mpmath.log1p, random_log1p, signed + near(-0.5) + near(1.0) + near(-0.3125) + near(0.375) + near(0.0078125) + near(-0.00390625) + [-1 + 2**-53, -1 + 2**-52, largest, 2.0**53, 2.0**54]),
    "pow": (mpmath.power, random_pow, [(math.nextafter(1, 2), y) for y in (1e15, 1e18, -1e18, 3.19e18)] + [(math.nextafter(1, 0), y) for y in (1e15, 6e18, -6e18)]
        + [(2.0, y) for y in (-1074.0, -1073.5, -1022.5, 1023.0, 1023.9999999999999, 0.5, 1e-300)] + [(10.0, float(y)) for y in range(-323, 309, 31)]
        + [(least, 0.5), (least, 1 / 3), (least, -0.9), (tiny, 1.0), (largest, 1.0), (largest, -1.0), (largest, 0.5), (-3.0, 3.0), (-3.0, -5.0), (-1.5, 1001.0), (-2.0, -1074.0)]
        + [(x, 2.0) for x in near(1.5) + near(0.1)] + [(x, -1.0) for x in near(3.0)] + [(0.9, 1e4), (0.999, 1e5), (0.999, 7e5), (1e-300, 1e-20), (1 + 1e-9, 1e-9), (1e308, 1e-308)]),
    "tanh": (mpmath.tanh, random_tanh, signed + near(0.55) + near(-0.55) + near(1.0) + near(20.0) + near(18.9) + [700.0, 1e300]),
    "sin": (mpmath.sin, random_angle, signed + near(half_pi) + near(math.pi) + near(-2 * math.pi) + near(0.785) + near(math.pi / 4) + near(nearest_to_half_pi, 1) + near(2.0**20) + [1e22, 1e300, 1.7e308, largest, -largest, 1e16, 3e5]),
    "cos": (mpmath.cos, random_angle, signed + near(half_pi) + near(3 * half_pi) + near(-math.pi) + near(0.785) + near(math.pi / 4) + near(nearest_to_half_pi, 1) + near(2.0**20) + [1e22, 1e300, 1.7e308, largest, -largest, 1e16, 3e5]),
    "erf": (mpmath.erf, random_erf, signed + near(1.0) + near(-1.0) + near(0.5) + near(5.9) + near(6.0) + [3.0, 10.0, 1e300]),
}


def row(function, arguments):
    """The arguments, the nearest float, and the rest in units in the last place; None where that float is infinite."""
    digits = 80
    if function in (mpmath.sin, mpmath.cos):
        digits += 320
    if function in (mpmath.expm1, mpmath.log1p, mpmath.tanh, mpmath.erf):
        # mpmath loses the digits of a small argument against 1.
        digits += int(max(0, -math.log10(abs(arguments[0]) or 1)))
    with mp.workdps(digits):
        value = function(*[mpf(argument) for argument in arguments])
        nearest = to_float(value)
        if math.isinf(nearest):
            return None
        rest = float((value - mpf(nearest)) / mpf(math.ulp(nearest)))
    return [*arguments, nearest, rest]


def to_float(value):
    """Nearest float, ties to even, subnormal ones rounded once."""
    sign, mantissa, exponent, bits = value._mpf_
    if mantissa == 0:
        return 0.0
    if exponent + bits > 1024:
        return math.inf
    grid = max(-1074, exponent + bits - 53)
    shift = exponent - grid
    whole = mantissa << shift if shift >= 0 else mantissa >> -shift
    if shift < 0:
        rest, half = mantissa & ((1 << -shift) - 1), 1 << (-shift - 1)
        whole += rest > half or (rest == half and whole & 1)
    try:
        return (-1) ** sign * math.ldexp(whole, grid)
    except OverflowError:
        return math.inf


def rows(name, count, with_adversarial):
    function, draw, adversarial = functions[name]
    found = []
    for arguments in adversarial if with_adversarial else []:
        found.append(row(function, arguments if isinstance(arguments, tuple) else (arguments,)))
    while len(found) < count:
        arguments = draw()
        found.append(row(function, arguments if isinstance(arguments, tuple) else (arguments,)))
    return [entry for entry in found if entry is not None]


def main():
    if sys.argv[1:]:
        for name in sys.argv[3:] or functions:
            with open(f"{sys.argv[2]}.{name}", "wb") as file:
                for entry in rows(name, int(sys.argv[1]), False):
                    array.array("d", entry).tofile(file)
        return
    table = {name: [[*entry[:-1], round(entry[-1], 5)] for entry in rows(name, 450, True)] for name in functions}
    lines = ",\n".join(f'"{name}": [\n' + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries) + "\n]" for name, entries in table.items())
    source = f"mpmath {mpmath.__version__}, 80 digits; written by make-elementary.py"
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "elementary.json"), "w") as file:
        file.write(f'{{\n"source": {json.dumps(source)},\n{lines}\n}}\n')


main()
