/** The figures that a gate may read besides metrics. Seconds, cost, energy and carbon are those of the training's run. */
export const gateFigures = [
  'modelBytes',
  'predictionMs',
  'seconds',
  'trainSeconds',
  'gbSeconds',
  'costUsd',
  'energyKwh',
  'carbonGrams',
] as const;

/** The name of one of them. */
export type GateFigure = (typeof gateFigures)[number];

/** Whether a gate reads a figure rather than a metric. */
export const isFigure = (name: string): name is GateFigure => (gateFigures as readonly string[]).includes(name);
