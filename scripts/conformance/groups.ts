import type { Group, ReadingGroup } from './group.ts';
import { datasetProfiles } from './groups/dataset-profiles.ts';
import { detection } from './groups/detection.ts';
import { metrics } from './groups/metrics.ts';
import { mlp } from './groups/mlp.ts';
import { models } from './groups/models.ts';
import { neural } from './groups/neural.ts';
import { optim } from './groups/optim.ts';
import { parquetContents } from './groups/parquet-contents.ts';
import { pending } from './groups/pending.ts';
import { preprocessing } from './groups/preprocessing.ts';
import { schedules } from './groups/schedules.ts';
import { statistics } from './groups/statistics.ts';
import { text } from './groups/text.ts';

/** What the runner can read. The first group that matches a file takes it. */
export const groups: readonly (Group | ReadingGroup)[] = [
  optim,
  schedules,
  neural,
  mlp,
  models,
  metrics,
  preprocessing,
  datasetProfiles,
  parquetContents,
  statistics,
  detection,
  text,
  ...pending,
];
