/** Contenders that are measured in turn, round by round, so that what disturbs one disturbs the others alike. */
export interface Experiment {
  id: string;
  title: string;
  contenders: Contender[];
  /** What the table says of the measurements. */
  rows: RowSpec[];
  /** Rounds, where a measurement is dear; 5 when left out. */
  rounds?: number;
}

export interface Contender {
  name: string;
  /** Measures once; more than one figure where one run gives several. */
  measure(): Promise<Record<string, number> | Missing>;
}

/** A contender whose program is not on this machine. */
export interface Missing {
  missing: string;
}

/** A line of the table: how hone's figure stands to another's. */
export interface RowSpec {
  what: string;
  /** `contender.figure` of hone's. */
  hone: string;
  /** `contender.figure` of the other's; undefined where the figure itself is held to a bound. */
  against?: string;
  unit: 's' | 'ms' | 'MB' | 'rows/s' | 'GB/s' | 'fields' | 'x';
  /** Whether a larger figure is better, as of a rate; a smaller one when left out, as of a time. */
  isRate?: boolean;
  /** The ratio, better / worse, or the figure, that must be reached, and that is aimed at; neither where it is for information. */
  atLeast?: number;
  aim?: number;
}

export interface Measurement {
  best: number;
  median: number;
}

export interface Row extends RowSpec {
  honeFigure?: Measurement;
  otherFigure?: Measurement;
  /** How many times better hone's best is than the other's best, or hone's best itself where there is no other. */
  ratio?: number;
  verdict: 'aim' | 'at least' | 'short' | 'missing' | 'for information';
  missing?: string;
}

/** Measures an experiment's contenders in interleaved rounds and holds the table's rows to them. */
export async function run(experiment: Experiment, { rounds }: { rounds?: number } = {}): Promise<Row[]> {
  const figures = new Map<string, number[]>();
  const missing = new Map<string, string>();
  const count = rounds ?? experiment.rounds ?? 5;
  for (let round = 0; round < count; round++) {
    for (const { name, measure } of experiment.contenders) {
      if (missing.has(name)) continue;
      const found = await measure();
      if ('missing' in found) {
        missing.set(name, String(found.missing));
        continue;
      }
      for (const [figure, value] of Object.entries(found)) {
        const key = `${name}.${figure}`;
        figures.set(key, [...(figures.get(key) ?? []), value]);
      }
    }
  }
  return experiment.rows.map((spec) => judge(spec, figures, missing));
}

function judge(spec: RowSpec, figures: ReadonlyMap<string, number[]>, missing: ReadonlyMap<string, string>): Row {
  const honeFigure = summarise(figures.get(spec.hone), spec.isRate);
  const otherFigure = spec.against === undefined ? undefined : summarise(figures.get(spec.against), spec.isRate);
  if (!honeFigure || (spec.against !== undefined && !otherFigure)) {
    const names = [spec.hone, spec.against].flatMap((key) => (key === undefined || figures.has(key) ? [] : [key]));
    const why = names.map((key) => missing.get(key.split('.')[0]) ?? key);
    return { ...spec, honeFigure, otherFigure, verdict: 'missing', missing: why.join(', ') };
  }
  const ratio = ratioOf(honeFigure.best, otherFigure?.best, spec.isRate);
  return { ...spec, honeFigure, otherFigure, ratio, verdict: verdictOf(spec, ratio) };
}

function verdictOf({ atLeast, aim, against, isRate }: RowSpec, ratio: number): Row['verdict'] {
  if (atLeast === undefined) return 'for information';
  // Without another, a bound on a time is met from below, one on a rate from above.
  const reaches = (bound: number) => (against !== undefined || isRate ? ratio >= bound : ratio <= bound);
  return aim !== undefined && reaches(aim) ? 'aim' : reaches(atLeast) ? 'at least' : 'short';
}

function ratioOf(hone: number, other: number | undefined, isRate = false): number {
  if (other === undefined) return hone;
  return isRate ? hone / other : other / hone;
}

function summarise(values: number[] | undefined, isRate = false): Measurement | undefined {
  if (!values || values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return { best: isRate ? sorted[sorted.length - 1] : sorted[0], median: sorted[Math.floor(sorted.length / 2)] };
}
