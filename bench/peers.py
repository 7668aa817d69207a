"""What a user would pick instead, one phase at a time: scikit-learn and pandas, timed inside their own process.

`python3 peers.py PHASE [ARGUMENT …]` prints one line of JSON: {"seconds": best of the repeats, …}. A phase whose package
is not installed prints {"missing": its name}. bench/main.ts calls this; it is no part of the product.
"""
import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def best(work, repeats=3):
    """The best time of a few calls, and the last result."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


def matrix(folder, dtype="float32"):
    import numpy as np

    features = np.fromfile(os.path.join(folder, "features.f32"), np.float32).reshape(-1, 28)
    labels = np.fromfile(os.path.join(folder, "labels.f32"), np.float32)
    return features.astype(dtype), labels.astype(dtype)


def whole(path):
    """The whole job, as one would write it: read, split, standardise, fit, AUC on what was held out."""
    import pandas as pd

    table = (pd.read_parquet if path.endswith(".parquet") else pd.read_csv)(path).to_numpy()
    return judged(table[:, 1:], table[:, 0])


def without_reading(folder):
    """The same for float32 that another process has read already."""
    return judged(*matrix(folder))


def judged(features, labels):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    train, test, y_train, y_test = train_test_split(features, labels, test_size=0.2, random_state=7)
    scaler = StandardScaler().fit(train)
    model = LogisticRegression().fit(scaler.transform(train), y_train)
    return {"auc": roc_auc_score(y_test, model.decision_function(scaler.transform(test)))}


def read_csv(path, how):
    import numpy as np
    import pandas as pd

    options = {"float32": {"dtype": np.float32}, "default": {}, "round_trip": {"float_precision": "round_trip"}}[how]
    seconds, table = best(lambda: pd.read_csv(path, **options).to_numpy())
    return {"seconds": seconds, "rows": len(table)}


def passes(model, features, labels):
    """Fits, and times each pass over the data that scikit-learn itself makes."""
    import sklearn.linear_model._logistic as logistic

    times = []
    loss = logistic.LinearModelLoss
    whole_pass = loss.loss_gradient

    def timed(self, *arguments, **options):
        start = time.perf_counter()
        result = whole_pass(self, *arguments, **options)
        times.append(time.perf_counter() - start)
        return result

    loss.loss_gradient = timed
    try:
        model.fit(features, labels)
    finally:
        loss.loss_gradient = whole_pass
    return times


def gradient(folder):
    from sklearn.linear_model import LogisticRegression

    times = passes(LogisticRegression(tol=1e-4), *matrix(folder))
    return {"seconds": min(times), "median": sorted(times)[len(times) // 2]}


def objective(model, features, labels):
    """Σ log-loss + ½·‖w‖², as scikit-learn minimises it with C = 1, in float64."""
    import numpy as np

    scores = features.astype(np.float64) @ model.coef_.ravel() + model.intercept_[0]
    return float(np.sum(np.logaddexp(0, scores) - labels * scores) + 0.5 * np.sum(model.coef_**2))


def lbfgs(folder):
    from sklearn.linear_model import LogisticRegression

    features, labels = matrix(folder)
    seconds, model = best(lambda: LogisticRegression(tol=1e-4, max_iter=1000).fit(features, labels))
    return {"seconds": seconds, "objective": objective(model, features, labels), "steps": int(model.n_iter_[0])}


def newton(folder):
    from sklearn.linear_model import LogisticRegression

    features, labels = matrix(folder, "float64")
    model = LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=500)
    seconds, model = best(lambda: model.fit(features, labels))
    return {"seconds": seconds, "objective": objective(model, features, labels), "steps": int(model.n_iter_[0])}


def epoch(folder):
    from sklearn.linear_model import SGDClassifier

    features, labels = matrix(folder)
    fit = lambda epochs: SGDClassifier(loss="log_loss", alpha=1e-6, max_iter=epochs, tol=None).fit(features, labels)
    first, _ = best(lambda: fit(1))
    third, _ = best(lambda: fit(3))
    return {"seconds": (third - first) / 2}


def mlp(folder):
    from sklearn.neural_network import MLPClassifier

    features, labels = (part[:200_000] for part in matrix(folder))
    fit = lambda epochs: MLPClassifier(
        (64, 32), batch_size=256, max_iter=epochs, alpha=0, n_iter_no_change=100
    ).fit(features, labels)
    first, _ = best(lambda: fit(1), 2)
    third, _ = best(lambda: fit(3), 2)
    return {"seconds": (third - first) / 2}


def softmax(folder):
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    features = np.fromfile(os.path.join(folder, "images.f32"), np.float32).reshape(-1, 784)
    labels = np.fromfile(os.path.join(folder, "digits.f32"), np.float32).astype(np.int64)
    times = passes(LogisticRegression(max_iter=8), features, labels)
    return {"seconds": min(times), "median": sorted(times)[len(times) // 2]}


def scores(folder, count):
    import numpy as np

    values = np.fromfile(os.path.join(folder, "scores.f32"), np.float32, int(count))
    actual = np.fromfile(os.path.join(folder, "actual.f32"), np.float32, int(count))
    return actual.astype(np.int64), values


def auc(folder, count):
    from sklearn.metrics import roc_auc_score

    actual, values = scores(folder, count)
    seconds, value = best(lambda: roc_auc_score(actual, values))
    return {"seconds": seconds, "value": value}


def counted(folder, count):
    import numpy as np
    from sklearn.metrics import accuracy_score, f1_score

    actual, values = scores(folder, count)
    predicted = (values > 0.5).astype(np.int64)
    accuracy, a = best(lambda: accuracy_score(actual, predicted))
    f1, f = best(lambda: f1_score(actual, predicted))
    return {"accuracy": accuracy, "f1": f1, "values": [a, f]}


phases = {
    "whole": whole,
    "without_reading": without_reading,
    "csv": read_csv,
    "gradient": gradient,
    "lbfgs": lbfgs,
    "newton": newton,
    "epoch": epoch,
    "mlp": mlp,
    "softmax": softmax,
    "auc": auc,
    "counted": counted,
}

if __name__ == "__main__":
    try:
        print(json.dumps(phases[sys.argv[1]](*sys.argv[2:])))
    except ImportError as error:
        print(json.dumps({"missing": error.name or str(error).splitlines()[0]}))
