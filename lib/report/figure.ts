/** A figure: what it says in words, and the numbers that the page's script draws. */
export type Figure = FigureText & FigureData;

export interface FigureText {
  /** Unique on the page. */
  id: string;
  title: string;
  /** What there is to see, as sentences; stands below the figure and says it all to those who can't see it. */
  caption: string;
}

export type FigureData =
  | TrainingCurve
  | PredictedAgainstActual
  | Residuals
  | ResidualHistogram
  | ShareCurve
  | CalibrationCurve
  | Coefficients
  | ConfusionMap;

export interface TrainingCurve {
  kind: 'training-curve';
  points: { step: number; epoch: number; loss: number }[];
  /** Whether a point's loss is that of all rows, the mean of an epoch's batches, or that of one batch. */
  of: 'rows' | 'epochs' | 'batches';
  isLogarithmic: boolean;
}

export interface PredictedAgainstActual {
  kind: 'predicted-against-actual';
  target: string;
  points: { actual: number; predicted: number }[];
  /** Both axes' ends. */
  domain: [number, number];
}

export interface Residuals {
  kind: 'residuals';
  target: string;
  points: { predicted: number; residual: number }[];
  /** Ends of the axis of residuals; the few beyond lie at its edge. */
  range: [number, number];
}

export interface ResidualHistogram {
  kind: 'residual-histogram';
  target: string;
  from: number;
  to: number;
  counts: number[];
}

/** A point of a curve whose axes both go from 0 to 1. */
export interface SharePoint {
  x: number;
  y: number;
}

export interface ShareCurve {
  kind: 'share-curve';
  /** What the axes are of. */
  axes: { x: string; y: string };
  points: SharePoint[];
  /** What guessing gives. */
  guessing: [SharePoint, SharePoint];
  /** Where the confusion matrix's threshold lies. */
  chosen: SharePoint | null;
}

export interface CalibrationCurve {
  kind: 'calibration-curve';
  positive: string;
  bins: { predicted: number; observed: number; rowCount: number; low?: number; high?: number }[];
}

export interface Coefficients {
  kind: 'coefficients';
  bars: { feature: string; class?: string; value: number }[];
}

export interface ConfusionMap {
  kind: 'confusion-map';
  labels: string[];
  /** Share of the actual label's rows, by actual, then predicted. */
  shares: number[][];
}

/** Five digits are more than a screen can show, and keep the page small. */
export function short(value: number): number {
  return Number(value.toPrecision(5));
}
