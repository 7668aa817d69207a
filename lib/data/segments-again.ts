import type { PlannedText } from './plan-text.ts';
import type { SegmentBatch } from './segment-feed.ts';
import type { DataObject } from './table.ts';

/** Segments of an object's text, any number of times. */
export interface SegmentsAgain {
  /** The segments from `first` on, where a kernel can parse them: until others are opened. */
  open(first: number, count: number): SegmentBatch;
  close(): void;
}

/** The segments of an object that is to be read again; undefined where nothing but reading it from first to last helps. */
export async function segmentsAgain(object: DataObject, text: PlannedText): Promise<SegmentsAgain | undefined> {
  if (!text.isPlain || !object.openFile) return undefined;
  const file = await object.openFile();
  return {
    open: (first, count) => ({ first, count, size: object.size, file: file.descriptor, slots: 0 }),
    close: () => void file.close().catch(() => {}),
  };
}
