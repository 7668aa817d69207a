// Draws the figures of the documents from what the library does: `node scripts/node24.mjs scripts/figures.ts`. A test
// fails while a kept figure is not what this would draw.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cos, sin } from '../lib/core/elementary.ts';
import type { Objective } from '../lib/core/objective.ts';
import { type LossRequest, makeLoss } from '../lib/losses/losses.ts';
import { createModel } from '../lib/models/create-model.ts';
import { adam } from '../lib/optimizers/adam.ts';
import { gd } from '../lib/optimizers/gd.ts';
import { lbfgs } from '../lib/optimizers/lbfgs.ts';
import { minimise } from '../lib/optimizers/minimise.ts';
import type { Rule } from '../lib/optimizers/rule.ts';
import type { SearchRule } from '../lib/optimizers/search-rule.ts';
import { sgd } from '../lib/optimizers/sgd.ts';
import { rosenbrock } from './conformance/problems.ts';
import { type Line, linePlot } from './figures/line-plot.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Path of each figure, from the root, and its SVG. */
export function figureFiles(): Record<string, string> {
  return {
    'docs/figures/path.svg': pathFigure(),
    'docs/figures/learning-rates.svg': learningRatesFigure(),
    'docs/figures/optimizers.svg': optimizersFigure(),
    'docs/figures/losses-for-numbers.svg': lossesFigure(),
    'docs/figures/losses-for-classes.svg': marginsFigure(),
  };
}

/** Paths whose kept figure differs from what would be drawn, or that are missing. */
export function staleFigures(): string[] {
  return Object.entries(figureFiles()).flatMap(([path, svg]) => (kept(path) === svg ? [] : [path]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = figureFiles();
  for (const path of staleFigures()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files[path]);
    console.error(`Wrote ${path}.`);
  }
}

/** The five houses: sizes 1 … 5, prices 1.5 … 5.5. */
function fiveHouses(): Objective {
  return createModel({ kind: 'linear', inputs: 1 }).objective({
    features: { rowCount: 5, columnCount: 1, data: Float32Array.of(1, 2, 3, 4, 5) },
    targets: Float64Array.of(1.5, 2.5, 3.5, 4.5, 5.5),
    blockOffsets: Int32Array.of(0, 5),
  });
}

interface Walk {
  /** Parameters and loss before each step, and after the last. */
  places: { parameters: Float64Array; loss: number }[];
}

function walk(objective: Objective, rule: Rule | SearchRule, initial: Float64Array, steps: number): Walk {
  const places: Walk['places'] = [];
  const gradient = new Float64Array(objective.length);
  let resume: Parameters<typeof minimise>[1]['resume'];
  for (let step = 0; step <= steps; step++) {
    const solution = minimise(objective, { rule, initial, stop: { steps: step }, resume });
    const { parameters } = solution;
    places.push({ parameters, loss: objective.evaluate(parameters, gradient, step) });
    if (solution.status !== 'step-limit') break;
    resume = solution.checkpoint;
  }
  return { places };
}

function overSteps(name: string, { places }: Walk): Line {
  return { name, points: places.map(({ loss }, step) => [step, loss]) };
}

/** The loss of the five houses as a landscape of slope and intercept, and three ways down. */
function pathFigure(): string {
  const objective = fiveHouses();
  const start = Float64Array.of(-0.2, 2.2);
  const way = (name: string, rule: Rule, steps: number): Line => ({
    name,
    points: walk(objective, rule, start, steps).places.map(({ parameters: [slope, intercept] }) => [slope, intercept]),
  });
  return linePlot({
    title: 'Five houses: three ways down the same valley',
    x: 'slope',
    y: 'intercept',
    xRange: [-0.5, 1.5],
    yRange: [0, 3],
    xTicks: [-0.5, 0, 0.5, 1, 1.5],
    yTicks: [0, 1, 2, 3],
    lines: [
      ...[0.02, 0.2, 1, 3, 8].map(contour),
      way('gradient descent', gd({ learningRate: 0.01 }), 1000),
      way('momentum 0.9', sgd({ learningRate: 0.01, momentum: 0.9 }), 300),
      way('Adam', adam({ learningRate: 0.05 }), 400),
    ],
  });
}

/** Where the mean squared error of the five houses is `level`: an ellipse around slope 1, intercept 0.5. */
function contour(level: number): Line {
  // MSE = 11·a² + 6·a·b + b², with a and b the distances from the minimum: the mean of (a·x + b)² over 1 … 5.
  const points = Array.from({ length: 97 }, (_, i): [number, number] => {
    const angle = (i * Math.PI) / 48;
    // With u = √2·a and v = 3·a + b it is u² + v².
    const [u, v] = [Math.sqrt(level) * cos(angle), Math.sqrt(level) * sin(angle)];
    const a = u / Math.SQRT2;
    return [1 + a, 0.5 + v - 3 * a];
  });
  return { name: '', points, isQuiet: true };
}

function learningRatesFigure(): string {
  const objective = fiveHouses();
  const rates = [0.001, 0.01, 0.05, 0.09];
  return linePlot({
    title: 'Gradient descent on the five houses, by learning rate',
    x: 'step',
    y: 'mean squared error',
    xRange: [0, 100],
    yRange: [1e-5, 1e3],
    xTicks: [0, 25, 50, 75, 100],
    yTicks: [1e-5, 1e-3, 0.1, 10, 1000],
    isLogarithmic: true,
    lines: rates.map((learningRate) =>
      overSteps(`α = ${learningRate}`, walk(objective, gd({ learningRate }), new Float64Array(2), 100)),
    ),
  });
}

function optimizersFigure(): string {
  const objective = rosenbrock(1, 100);
  const start = Float64Array.of(-1.2, 1);
  const rules: [string, Rule | SearchRule][] = [
    ['gradient descent', gd({ learningRate: 0.001 })],
    ['momentum 0.9', sgd({ learningRate: 0.001, momentum: 0.9 })],
    ['Adam', adam({ learningRate: 0.05 })],
    ['L-BFGS', lbfgs() as SearchRule],
  ];
  return linePlot({
    title: "Rosenbrock's curved valley, by optimizer",
    x: 'step',
    y: 'loss',
    xRange: [0, 1000],
    yRange: [1e-12, 1e2],
    xTicks: [0, 250, 500, 750, 1000],
    yTicks: [1e-12, 1e-9, 1e-6, 1e-3, 1],
    isLogarithmic: true,
    lines: rules.map(([name, rule]) => overSteps(name, walk(objective, rule, start, 1000))),
  });
}

function lossesFigure(): string {
  const losses: [string, LossRequest][] = [
    ['squared', { name: 'squared' }],
    ['absolute', { name: 'absolute' }],
    ['huber, δ = 1', { name: 'huber', delta: 1 }],
    ['log-cosh', { name: 'log-cosh' }],
    ['quantile 0.9', { name: 'quantile', quantile: 0.9 }],
  ];
  return linePlot({
    title: 'Losses for numbers',
    x: 'prediction − target',
    y: 'loss',
    xRange: [-3, 3],
    yRange: [0, 4],
    xTicks: [-3, -2, -1, 0, 1, 2, 3],
    yTicks: [0, 1, 2, 3, 4],
    lines: losses.map(([name, request]) => ({ name, points: curve(request, 0) })),
  });
}

function marginsFigure(): string {
  const losses: [string, LossRequest][] = [
    ['logistic', { name: 'logistic' }],
    ['hinge', { name: 'hinge' }],
    ['squared-hinge', { name: 'squared-hinge' }],
    ['focal, γ = 2', { name: 'focal', gamma: 2 }],
  ];
  return linePlot({
    title: 'Losses for two classes, of a row of the positive one',
    x: 'score',
    y: 'loss',
    xRange: [-3, 3],
    yRange: [0, 4],
    xTicks: [-3, -2, -1, 0, 1, 2, 3],
    yTicks: [0, 1, 2, 3, 4],
    lines: losses.map(([name, request]) => ({ name, points: curve(request, 1) })),
  });
}

/** The loss of one row with this target, for scores from −3 to 3. */
function curve(request: LossRequest, target: number): [number, number][] {
  const scores = Float64Array.from({ length: 121 }, (_, i) => (i - 60) / 20);
  const [losses, slopes] = [new Float64Array(121), new Float64Array(121)];
  makeLoss(request).evaluate(scores, new Float64Array(121).fill(target), 121, 1, losses, slopes);
  return Array.from(scores, (score, i) => [score, losses[i]]);
}

function kept(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
