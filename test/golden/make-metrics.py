"""Writes metrics/more_*.json: what scikit-learn answers on degenerate vectors and with other parameters than the other
files there, and, for what it lacks, what scipy, numpy or plain enumeration answer. Needs scikit-learn 1.2.1.

    /usr/bin/python3 test/golden/make-metrics.py
"""
import itertools, json, math, os, warnings
import numpy as np
import scipy, scipy.stats, sklearn
from sklearn import metrics as m
from sklearn.calibration import calibration_curve
from sklearn.preprocessing import label_binarize

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'metrics')
source = f'scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}; written by make-metrics.py'


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    value = float(value)
    return value if math.isfinite(value) else {math.inf: 'Infinity', -math.inf: '-Infinity'}.get(value, 'NaN')


def ask(call):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter('always')
        try:
            value = call()
        except Exception as error:
            return {'error': f'{type(error).__name__}: {error}'[:120]}
    names = sorted({w.category.__name__ for w in told})
    return {'value': plain(value), **({'warnings': names} if names else {})}


def write(name, cases):
    lines = ',\n'.join(json.dumps(case, separators=(',', ':')) for case in cases)
    with open(os.path.join(here, f'{name}.json'), 'w') as file:
        file.write(f'{{"source": {json.dumps(source)},\n"cases": [\n{lines}\n]}}\n')


rng = np.random.default_rng(20261123)


def labels_case(name, y, p, w=None):
    e = {}
    o = dict(sample_weight=w)
    e['accuracy'] = ask(lambda: m.accuracy_score(y, p, **o))
    e['balanced_accuracy'] = ask(lambda: m.balanced_accuracy_score(y, p, **o))
    e['matthews_corrcoef'] = ask(lambda: m.matthews_corrcoef(y, p, **o))
    for kind in (None, 'linear', 'quadratic'):
        e['cohen_kappa' + (f'_{kind}' if kind else '')] = ask(lambda: m.cohen_kappa_score(y, p, weights=kind, **o))
    e['hamming_loss'] = ask(lambda: m.hamming_loss(y, p, **o))
    averages = ['micro', 'macro', 'weighted', 'None'] + (['binary'] if max(*y, *p) < 2 else [])
    for average in averages:
        a = None if average == 'None' else average
        for beta in (0.3, 3):
            def prf():
                v = m.precision_recall_fscore_support(y, p, beta=beta, average=a, zero_division=0, **o)
                return dict(zip(('precision', 'recall', 'fbeta', 'support'), v))
            e[f'prf_avg={average}_zero_division=0_beta={beta}'] = ask(prf)
        e[f'jaccard_avg={average}'] = ask(lambda: m.jaccard_score(y, p, average=a, zero_division=0, **o))
    # Specificity is the recall of the other class.
    tn_fp = lambda k: (sum(wi for yi, pi, wi in zip(y, p, w or [1] * len(y)) if yi != k and pi != k),
                       sum(wi for yi, wi in zip(y, w or [1] * len(y)) if yi != k))
    each = [tn_fp(k) for k in sorted(set(y) | set(p))]
    e['specificity_avg=None'] = {'value': plain([a / b if b else 0 for a, b in each])}
    return dict(name=name, y_true=y, y_pred=p, sample_weight=w, expected=e)


def some_labels(n, k, weights=False):
    y = [int(v) for v in rng.integers(0, k, n)]
    p = [int(v) if rng.random() < 0.6 else yi for v, yi in zip(rng.integers(0, k, n), y)]
    return y, p, [round(float(v), 3) for v in rng.random(n) * 3] if weights else None


write('more_labels', [
    labels_case('one class of zero weight', [0, 0, 1, 1], [0, 1, 1, 1], [1.0, 2.0, 0.0, 0.0]),
    labels_case('one row', [1], [1]),
    labels_case('one class, half missed', [1, 1, 1, 1], [1, 1, 0, 0]),
    labels_case('three of three missed', [0, 1, 2], [1, 2, 0], [0.5, 1.5, 2.5]),
    labels_case('gap in the classes', [0, 4, 9, 9, 4], [0, 9, 9, 4, 4]),
    *[labels_case(f'random n={n} k={k} weights={w}', *some_labels(n, k, w))
      for n, k, w in ((9, 2, False), (30, 2, True), (25, 3, True), (60, 7, False), (41, 11, True))],
])


def gain_at(y, s, share, w):
    """Enumerates ties as rows taken in part: the same as the mean over their orders."""
    order = sorted(set(s), reverse=True)
    total, positives = sum(w), sum(wi for yi, wi in zip(y, w) if yi)
    left, found = share * total, 0.0
    for t in order:
        size = sum(wi for si, wi in zip(s, w) if si == t)
        hits = sum(wi for yi, si, wi in zip(y, s, w) if si == t and yi)
        part = min(1.0, left / size) if size else 0
        found += hits * part
        left -= size * part
    return found / positives if positives else math.nan


def calibration_error(y, s, bins, w):
    ids = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], s)
    y, s, w = map(np.asarray, (y, s, w))
    gaps = [(w[ids == b].sum(), abs(np.average(y[ids == b], weights=w[ids == b]) - np.average(s[ids == b], weights=w[ids == b])))
            for b in range(bins) if w[ids == b].sum() > 0]
    return sum(a * g for a, g in gaps) / sum(a for a, _ in gaps), max(g for _, g in gaps)


def scores_case(name, y, s, w=None):
    e = {}
    o = dict(sample_weight=w)
    ones = w or [1.0] * len(y)
    e['roc_auc'] = ask(lambda: m.roc_auc_score(y, s, **o))
    for limit in (0.05, 0.5, 0.99, 1):
        e[f'roc_auc_max_fpr_{limit}'] = ask(lambda: m.roc_auc_score(y, s, max_fpr=limit, **o))
    e['average_precision'] = ask(lambda: m.average_precision_score(y, s, **o))
    e['log_loss_eps0.01'] = ask(lambda: m.log_loss(y, s, eps=0.01, labels=[0, 1], **o))
    e['brier'] = ask(lambda: m.brier_score_loss(y, s, pos_label=1, **o))
    def roc(drop):
        f, t, h = m.roc_curve(y, s, drop_intermediate=drop, **o)
        return dict(fpr=f, tpr=t, thresholds=h)
    e['roc_curve'] = ask(lambda: roc(True))
    e['roc_curve_all_points'] = ask(lambda: roc(False))
    def det():
        f, t, h = m.det_curve(y, s, **o)
        return dict(fpr=f, fnr=t, thresholds=h)
    e['det_curve'] = ask(det)
    for strategy in ('uniform', 'quantile'):
        # It counts a NaN into the last bin.
        for bins in (1, 3, 7, 25) if not math.isnan(sum(s)) else ():
            def curve():
                t, p = calibration_curve(y, s, n_bins=bins, strategy=strategy, pos_label=1)
                return dict(prob_true=t, prob_pred=p)
            e[f'calibration_curve_{strategy}_{bins}'] = ask(curve)
    for bins in (4, 15) if y and not math.isnan(sum(s)) else ():
        ece, mce = calibration_error(y, s, bins, ones)
        e[f'ece_uniform_{bins}'], e[f'mce_uniform_{bins}'] = {'value': ece}, {'value': mce}
    for share in (0.07, 0.5, 1) if not math.isnan(sum(s)) else ():
        gain = gain_at(y, s, share, ones)
        e[f'gain_{share}'], e[f'lift_{share}'] = {'value': plain(gain)}, {'value': plain(gain / share)}
    if w is None and len(set(y)) == 2 and not math.isnan(sum(s)):
        two = [[si for yi, si in zip(y, s) if yi == label] for label in (0, 1)]
        e['ks'] = {'value': float(scipy.stats.ks_2samp(*two).statistic)}
    return dict(name=name, y_true=y, y_score=plain(s), sample_weight=w, expected=e)


def some_scores(n, digits, weights=False):
    y = [0, 1] + [int(v) for v in rng.random(n - 2) < 0.4]
    s = [round(float(min(1, max(0, v))), digits) for v in rng.normal(0.4 + 0.2 * np.array(y), 0.25)]
    return y, s, [round(float(v), 2) for v in rng.random(n) * 3] if weights else None


write('more_scores', [
    scores_case('all tied', [0, 1, 1, 0, 1], [0.3] * 5),
    scores_case('all tied, weighted', [0, 1, 1, 0, 1], [0.3] * 5, [1.0, 0.0, 2.0, 0.5, 3.0]),
    scores_case('all positive', [1, 1], [0.2, 0.9]),
    scores_case('all negative', [0, 0, 0], [0.2, 0.9, 0.9]),
    scores_case('the positives tie with a negative', [1, 1, 0, 0], [0.9, 0.5, 0.5, 0.1]),
    scores_case('best and worst', [1, 0], [1.0, 0.0]),
    scores_case('no rows', [], []),
    scores_case('a score that is NaN', [0, 1, 1], [0.1, math.nan, 0.9]),
    scores_case('on the edges of ten bins', [0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0], [i / 10 for i in range(11)]),
    *[scores_case(f'random n={n} digits={d} weights={w}', *some_scores(n, d, w))
      for n, d, w in ((12, 1, False), (40, 2, True), (75, 16, False), (60, 1, True))],
])


def multi_case(name, y, p, w=None):
    e = {}
    k = len(p[0])
    for average in ('macro', 'weighted'):
        e[f'roc_auc_ovr_{average}'] = ask(lambda: m.roc_auc_score(y, p, multi_class='ovr', average=average, sample_weight=w))
        e[f'roc_auc_ovo_{average}'] = ask(lambda: m.roc_auc_score(y, p, multi_class='ovo', average=average))
        e[f'average_precision_{average}'] = ask(lambda: m.average_precision_score(
            label_binarize(y, classes=list(range(k))), np.array(p), average=average, sample_weight=w))
    for top in range(1, k + 1):
        e[f'top_{top}_accuracy'] = ask(lambda: m.top_k_accuracy_score(y, p, k=top, labels=list(range(k)), sample_weight=w))
    e['log_loss'] = ask(lambda: m.log_loss(y, p, labels=list(range(k)), sample_weight=w))
    e['hinge_loss_multiclass'] = ask(lambda: m.hinge_loss(y, np.array(p), labels=list(range(k)), sample_weight=w))
    return dict(name=name, y_true=y, y_prob=p, sample_weight=w, expected=e)


def some_multi(n, k, weights=False):
    y = list(range(k)) + [int(v) for v in rng.integers(0, k, n - k)]
    # Sixteenths, so that rows sum to 1 exactly and have ties.
    p = [[float(c) / 16 for c in rng.multinomial(16, (np.eye(k)[yi] + 0.7) / (1 + 0.7 * k))] for yi in y]
    return y, p, [round(float(v), 2) for v in rng.random(n) * 3] if weights else None


write('more_multiclass', [multi_case(f'random n={n} k={k} weights={w}', *some_multi(n, k, w))
                          for n, k, w in ((8, 3, False), (40, 4, True), (50, 9, False), (33, 6, True))])


def sets_case(name, y, p, w=None):
    e = {}
    o = dict(sample_weight=w)
    y, p = np.array(y), np.array(p)
    e['subset_accuracy'] = ask(lambda: m.accuracy_score(y, p, **o))
    e['hamming_loss'] = ask(lambda: m.hamming_loss(y, p, **o))
    e['multilabel_confusion_matrix'] = ask(lambda: m.multilabel_confusion_matrix(y, p, **o))
    e['multilabel_confusion_matrix_samplewise'] = ask(lambda: m.multilabel_confusion_matrix(y, p, samplewise=True))
    for average in ('micro', 'macro', 'weighted', 'samples'):
        a = dict(average=average, zero_division=0, **o)
        e[f'precision_{average}'] = ask(lambda: m.precision_score(y, p, **a))
        e[f'recall_{average}'] = ask(lambda: m.recall_score(y, p, **a))
        e[f'f1_{average}'] = ask(lambda: m.f1_score(y, p, **a))
        e[f'fbeta_0.5_{average}'] = ask(lambda: m.fbeta_score(y, p, beta=0.5, **a))
        e[f'jaccard_{average}'] = ask(lambda: m.jaccard_score(y, p, **a))
    return dict(name=name, y_true=y.tolist(), y_pred=p.tolist(), sample_weight=w, expected=e)


def some_sets(n, k, weights=False):
    y = (rng.random((n, k)) < 0.4).astype(int)
    p = np.where(rng.random((n, k)) < 0.2, 1 - y, y)
    return y, p, [round(float(v), 2) for v in rng.random(n) * 3] if weights else None


write('more_multilabel', [
    sets_case('no label at all', [[0, 0], [0, 0]], [[0, 0], [0, 1]]),
    sets_case('every label', [[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [0, 1, 1]]),
    *[sets_case(f'random n={n} k={k} weights={w}', *some_sets(n, k, w)) for n, k, w in ((7, 2, False), (20, 5, True))],
])


def by_enumeration(relevance, scores, value):
    """Mean of `value` over every order that ties allow."""
    groups = [[r for r, s in zip(relevance, scores) if s == t] for t in sorted(set(scores), reverse=True)]
    orders = itertools.product(*[list(itertools.permutations(g)) for g in groups])
    values = [value([r for g in order for r in g]) for order in orders]
    return sum(values) / len(values)


def retrieval(k):
    at = lambda row: row[:k] if k else row
    relevant = lambda row: sum(r > 0 for r in row)
    def ap(row):
        if not relevant(row): return 0
        got = sum(relevant(row[:i + 1]) / (i + 1) for i, r in enumerate(at(row)) if r > 0)
        return got / min(relevant(row), k or len(row))
    return dict(
        map=ap,
        mrr=lambda row: next((1 / (i + 1) for i, r in enumerate(at(row)) if r > 0), 0),
        precision=lambda row: relevant(at(row)) / (k or len(row)),
        recall=lambda row: relevant(at(row)) / relevant(row) if relevant(row) else 0,
        hit_rate=lambda row: float(relevant(at(row)) > 0),
    )


def ranking_case(name, r, s, w=None):
    e = {}
    o = dict(sample_weight=w)
    for k in (None, 2, 4):
        e[f'ndcg@{k}'] = ask(lambda: m.ndcg_score(r, s, k=k, **o))
        e[f'dcg@{k}'] = ask(lambda: m.dcg_score(r, s, k=k, **o))
        e[f'ndcg@{k}_exp_gain'] = ask(lambda: m.ndcg_score(2.0 ** np.array(r) - 1, s, k=k, **o))
        for metric, value in retrieval(k).items():
            each = [by_enumeration(a, b, value) for a, b in zip(r, s)]
            e[f'{metric}@{k}'] = {'value': plain(np.average(each, weights=w))}
    binary = (np.array(r) > 0).astype(int)
    e['label_ranking_ap'] = ask(lambda: m.label_ranking_average_precision_score(binary, s, **o))
    e['coverage_error'] = ask(lambda: m.coverage_error(binary, s, **o))
    e['label_ranking_loss'] = ask(lambda: m.label_ranking_loss(binary, s, **o))
    return dict(name=name, relevance=r, scores=s, sample_weight=w, expected=e)


def some_ranking(rows, n, digits, weights=False):
    r = [[float(v) for v in row] for row in rng.integers(0, 4, (rows, n)) * (rng.random((rows, n)) < 0.5)]
    s = [[round(float(v), digits) for v in row] for row in rng.normal(size=(rows, n))]
    return r, s, [round(float(v), 2) for v in rng.random(rows) * 3] if weights else None


write('more_ranking', [
    ranking_case('all tied', [[1.0, 0.0, 2.0, 0.0, 0.0]], [[7.0] * 5]),
    ranking_case('two ties', [[0.0, 1.0, 1.0, 0.0, 3.0, 0.0]], [[2.0, 2.0, 1.0, 1.0, 1.0, 2.0]]),
    ranking_case('one query without anything relevant', [[0.0, 0.0, 0.0], [0.0, 2.0, 0.0]], [[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]]),
    ranking_case('everything relevant', [[1.0, 1.0, 1.0]], [[3.0, 1.0, 2.0]]),
    *[ranking_case(f'random rows={q} n={n} digits={d} weights={w}', *some_ranking(q, n, d, w))
      for q, n, d, w in ((3, 6, 0, False), (4, 7, 1, True), (2, 8, 0, True))],
])


def values_case(name, y, p, w=None, features=1):
    e = {}
    o = dict(sample_weight=w)
    e['median_ae'] = ask(lambda: m.median_absolute_error(y, p, **o))
    e['mape'] = ask(lambda: m.mean_absolute_percentage_error(y, p, **o))
    e['explained_variance'] = ask(lambda: m.explained_variance_score(y, p, **o))
    for alpha in (0, 0.05, 0.37, 0.5, 0.95, 1):
        e[f'pinball_{alpha}'] = ask(lambda: m.mean_pinball_loss(y, p, alpha=alpha, **o))
    for alpha in (0.1, 0.5, 0.8):
        e[f'd2_pinball_{alpha}'] = ask(lambda: m.d2_pinball_score(y, p, alpha=alpha, **o))
    for power in (-1, 0, 1, 1.2, 1.9, 2, 2.5, 3):
        e[f'tweedie_{power}'] = ask(lambda: m.mean_tweedie_deviance(y, p, power=power, **o))
        if len(set(y)) > 1:
            e[f'd2_tweedie_{power}'] = ask(lambda: m.d2_tweedie_score(y, p, power=power, **o))
    ya, pa, wa = np.array(y), np.array(p), np.ones(len(y)) if w is None else np.array(w)
    if len(y) and np.isfinite(sum(y) + sum(p)):
        with np.errstate(all='ignore'):
            e['smape'] = {'value': plain(np.average(np.nan_to_num(2 * abs(ya - pa) / (abs(ya) + abs(pa))), weights=wa))}
    if w is None and len(y) > features + 1 and len(set(y)) > 1:
        r2 = m.r2_score(y, p)
        e[f'adjusted_r2_{features}'] = {'value': plain(1 - (1 - r2) * (len(y) - 1) / (len(y) - features - 1))}
    return dict(name=name, y_true=plain(y), y_pred=plain(p), sample_weight=w, expected=e)


def some_values(n, weights=False, negative=False):
    y = [float(v) for v in rng.gamma(2, 3, n)]
    p = [float(v) for v in np.array(y) * rng.gamma(20, 1 / 20, n)]
    if negative:
        y, p = [v - 5 for v in y], [v - 5 for v in p]
    return y, p, [round(float(v), 2) for v in rng.random(n) * 3] if weights else None


write('more_regression', [
    values_case('one row', [2.0], [3.0]),
    values_case('two rows', [2.0, 4.0], [3.0, 3.0]),
    values_case('all equal', [2.0, 2.0, 2.0], [2.5, 2.0, 1.0]),
    values_case('no rows', [], []),
    values_case('a value that is NaN', [1.0, math.nan], [1.0, 2.0]),
    values_case('a prediction that is infinite', [1.0, 2.0], [1.0, math.inf]),
    values_case('both zero', [0.0, 0.0, 3.0], [0.0, 1.0, 3.0]),
    *[values_case(f'random n={n} weights={w} negative={g}', *some_values(n, w, g), features=f)
      for n, w, g, f in ((7, False, False, 2), (10, False, True, 3), (23, True, False, 1), (40, False, False, 12), (15, True, True, 1))],
])
