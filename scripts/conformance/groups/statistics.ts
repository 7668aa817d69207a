// statistics.json: what scipy and NumPy answer on small samples, tables and shares, by scipy's names.
import { kolmogorovTail } from '../../../lib/core/distributions/kolmogorov.ts';
import { chiSquareTail, fisherTail, normalTail, studentTail } from '../../../lib/core/distributions/tails.ts';
import { andersonDarlingTest } from '../../../lib/core/statistics/anderson-darling.ts';
import { cramersV, fisherExactTest, independenceTest } from '../../../lib/core/statistics/contingency.ts';
import { kendallTest, pearsonTest, spearmanTest } from '../../../lib/core/statistics/correlation.ts';
import { cramerVonMisesTest } from '../../../lib/core/statistics/cramer-von-mises-test.ts';
import {
  excessKurtosis,
  interquartileRange,
  mean,
  median,
  medianAbsoluteDeviation,
  mode,
  skewness,
  variance,
} from '../../../lib/core/statistics/describe.ts';
import { energyDistance, wassersteinDistance } from '../../../lib/core/statistics/distances.ts';
import {
  entropy,
  hellingerDistance,
  jensenShannonDistance,
  kullbackLeibler,
  totalVariation,
} from '../../../lib/core/statistics/divergence.ts';
import { kolmogorovSmirnovTest } from '../../../lib/core/statistics/kolmogorov-smirnov.ts';
import { leveneTest } from '../../../lib/core/statistics/levene.ts';
import { mannWhitneyTest } from '../../../lib/core/statistics/mann-whitney.ts';
import { shapiroWilkTest, skewnessKurtosisTest } from '../../../lib/core/statistics/normality.ts';
import { populationStability } from '../../../lib/core/statistics/population-stability.ts';
import { tTest } from '../../../lib/core/statistics/t-test.ts';
import { wilcoxonTest } from '../../../lib/core/statistics/wilcoxon.ts';
import { quantile } from '../../../lib/core/statistics.ts';
import { differences, type Group, type Outcome, outcome, type Tolerance } from '../group.ts';

type Expected = Record<string, unknown>;

interface Golden {
  two_sample?: { name: string; a: number[]; b: number[]; expected: Expected }[];
  distributions?: { name: string; p: number[]; q: number[]; expected: Expected }[];
  contingency?: { name: string; table: number[][]; expected: Expected }[];
  one_sample?: { name: string; x: number[]; expected: Expected }[];
  tail_functions?: Record<string, number>[];
}

/** What a name is answered by; `undefined` from it means that hone has no such statistic. */
type Answer<Case> = (name: string, one: Case) => unknown;

const exact: Tolerance = { relative: 1e-10, zero: 1e-12 };

/** Where the reference itself is coarser: scipy 1.10's Shapiro–Wilk is reckoned in single precision. */
const coarser: Record<string, Tolerance> = {
  shapiro: { relative: 1e-4, zero: 1e-6 },
  // scipy 1.10 ends the series at a term of 1e-7.
  cramervonmises_2samp_asymp: { relative: 1e-10, absolute: 1e-7 },
  // The correlation of identical values is 1 less an ulp or 1: the p-value is the root of that.
  pearsonr: { relative: 1e-10, absolute: 2e-8 },
};

export const statistics: Group = {
  name: 'statistics',
  matches: (path) => /^(.*\/)?statistics\.json$/.test(path),
  *check(golden) {
    const file = golden as Golden;
    for (const one of file.two_sample ?? []) yield* cases(one, twoSample);
    for (const one of file.distributions ?? []) yield* cases(one, ofShares);
    for (const one of file.contingency ?? []) yield* cases(one, ofTable);
    for (const one of file.one_sample ?? []) yield* cases(one, oneSample);
    for (const { x, ...expected } of file.tail_functions ?? []) yield* cases({ name: `x = ${x}`, x, expected }, tail);
  },
};

function* cases<Case extends { name: string; expected: Expected }>(one: Case, answer: Answer<Case>): Iterable<Outcome> {
  for (const [name, golden] of Object.entries(one.expected)) {
    const found = answer(name, one);
    if (found === undefined) {
      yield { result: 'skipped', name, reason: 'hone has no such statistic' };
      continue;
    }
    const expected = goldenValue(golden, found);
    const tolerance = one.name.startsWith('x = ') ? { relative: 1e-12 } : (coarser[name] ?? exact);
    yield outcome(`${one.name}: ${name}`, differences(found, expected, tolerance, name));
  }
}

/** The value; an error or a missing value of the reference is an undefined one here, which must all be NaN. */
function goldenValue(golden: unknown, found: unknown): unknown {
  if (typeof golden === 'object' && golden !== null && !Array.isArray(golden)) {
    if ('error' in golden) return undefinedLike(found);
    if ('value' in golden) return golden.value === null ? undefinedLike(found) : golden.value;
  }
  return golden === null ? undefinedLike(found) : golden;
}

function undefinedLike(found: unknown): unknown {
  if (typeof found === 'number') return 'NaN';
  const keys = ['pvalue', 'psi', 'significance'].filter((key) => Object.hasOwn(found as object, key));
  return Object.fromEntries(keys.map((key) => [key, 'NaN']));
}

function twoSample(name: string, { a, b }: { a: number[]; b: number[] }): unknown {
  const named = ({ statistic, pValue }: { statistic: number; pValue: number }) => ({ statistic, pvalue: pValue });
  switch (name) {
    case 'ks_2samp_exact':
      return named(kolmogorovSmirnovTest(a, b, { method: 'exact' }));
    case 'ks_2samp_asymp':
      return named(kolmogorovSmirnovTest(a, b, { method: 'asymptotic' }));
    case 'ks_2samp_auto':
      return named(kolmogorovSmirnovTest(a, b));
    case 'wasserstein_distance':
      return wassersteinDistance(a, b);
    case 'energy_distance':
      return energyDistance(a, b);
    case 'mannwhitneyu_auto':
      return named(mannWhitneyTest(a, b));
    case 'mannwhitneyu_asymptotic':
      return named(mannWhitneyTest(a, b, { method: 'asymptotic' }));
    case 'mannwhitneyu_asymptotic_nocc':
      return named(mannWhitneyTest(a, b, { method: 'asymptotic', continuity: false }));
    case 'mannwhitneyu_greater':
      return named(mannWhitneyTest(a, b, { method: 'asymptotic', alternative: 'greater' }));
    case 'ttest_ind':
      return named(tTest(a, b));
    case 'ttest_welch':
      return named(tTest(a, b, { equalVariances: false }));
    case 'cramervonmises_2samp_asymp':
      return named(cramerVonMisesTest(a, b));
    case 'anderson_ksamp': {
      const { statistic, pValue } = andersonDarlingTest(a, b);
      return { statistic, significance: pValue };
    }
    case 'levene':
      return named(leveneTest(a, b));
    case 'pearsonr':
      return named(pearsonTest(a, b));
    case 'spearmanr':
      return named(spearmanTest(a, b));
    case 'kendalltau':
      return named(kendallTest(a, b));
    case 'wilcoxon':
      return named(wilcoxonTest(a, b));
  }
  const stability = /^psi_decile_edges_of_a_floor(.+)$/.exec(name);
  if (!stability) return undefined;
  const { edges, reference, current, index } = populationStability(a, b, { floor: Number(stability[1]) });
  return { edges, p: reference, q: current, psi: index };
}

function ofShares(name: string, { p, q }: { p: number[]; q: number[] }): unknown {
  const bits = Math.LN2;
  switch (name) {
    case 'jensenshannon_distance_nats':
      return jensenShannonDistance(p, q);
    case 'jensenshannon_distance_base2':
      return jensenShannonDistance(p, q) / Math.sqrt(bits);
    case 'kl_nats':
      return kullbackLeibler(p, q);
    case 'kl_base2':
      return kullbackLeibler(p, q) / bits;
    case 'entropy_p_nats':
      return entropy(p);
    case 'hellinger':
      return hellingerDistance(p, q);
    case 'total_variation':
      return totalVariation(p, q);
  }
  return undefined;
}

function ofTable(name: string, { table }: { table: number[][] }): unknown {
  const named = (correction: boolean, kind: 'pearson' | 'likelihood') => {
    const { statistic, pValue, degrees, expected } = independenceTest(table, { correction, kind });
    return { statistic, pvalue: pValue, dof: degrees, expected_freq: expected.flatMap((row) => [...row]) };
  };
  switch (name) {
    case 'chi2_contingency':
      return named(true, 'pearson');
    case 'chi2_contingency_nocorrection':
      return named(false, 'pearson');
    case 'g_test':
      // The reference's G-test of two by two was asked for without a correction.
      return named(false, 'likelihood');
    case 'cramers_v':
      return cramersV(table);
    case 'fisher_exact': {
      const { statistic, pValue } = fisherExactTest(table);
      return { statistic, pvalue: pValue };
    }
  }
  return undefined;
}

function oneSample(name: string, { x, expected }: { x: number[]; expected: Expected }): unknown {
  switch (name) {
    case 'mean':
      return mean(x);
    case 'var_pop':
      return variance(x, { lost: 0 });
    case 'var_sample':
      return variance(x);
    case 'skew':
      return skewness(x);
    case 'kurtosis_excess':
      return excessKurtosis(x);
    case 'median':
      return median(x);
    case 'quantiles_linear': {
      const ascending = Float64Array.from(x).sort();
      const shares = Object.keys(expected[name] as object);
      return Object.fromEntries(shares.map((share) => [share, quantile(ascending, Number(share))]));
    }
    case 'mad_raw':
      return medianAbsoluteDeviation(x);
    case 'iqr':
      return interquartileRange(x);
    case 'mode':
      return mode(x);
    case 'normaltest':
    case 'shapiro': {
      const { statistic, pValue } = name === 'shapiro' ? shapiroWilkTest(x) : skewnessKurtosisTest(x);
      return { statistic, pvalue: pValue };
    }
  }
  return undefined;
}

function tail(name: string, { x }: { x: number }): unknown {
  const [, family, ...degrees] = /^([a-z0-9]+)_sf(?:_df)?_?(\d+)?_?(\d+)?$/.exec(name) ?? [];
  const [first, second] = degrees.map(Number);
  switch (family) {
    case 'norm':
      return normalTail(x);
    case 'chi2':
      return chiSquareTail(x, first);
    case 't':
      return studentTail(x, first);
    case 'f':
      return fisherTail(x, first, second);
    case 'kolmogorov':
      return kolmogorovTail(x);
  }
  return undefined;
}
