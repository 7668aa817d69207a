import type { FeatureEncoding } from '../feature-encoding.ts';
import { categoryEncoder, hashEncoder, ordinalEncoder } from './categories.ts';
import { dateEncoder } from './date-time.ts';
import type { CellEncoder } from './encoded-cell.ts';
import { textEncoder } from './ngrams.ts';
import { numberEncoder } from './number.ts';

/** The encoder of a feature. */
export function cellEncoder(feature: FeatureEncoding): CellEncoder {
  switch (feature.kind) {
    case 'number':
      return numberEncoder(feature);
    case 'category':
      return categoryEncoder(feature);
    case 'ordinal':
      return ordinalEncoder(feature);
    case 'hash':
      return hashEncoder(feature);
    case 'date':
      return dateEncoder(feature);
    case 'text':
      return textEncoder(feature);
  }
}
