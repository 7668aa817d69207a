import type { PlannedText } from './plan-text.ts';
import type { SegmentBatch } from './segment-feed.ts';
import type { DataObject, OpenFile } from './table.ts';

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
  const { descriptor } = file;
  const segments: SegmentsAgain = {
    open: (first, count) => ({ first, count, size: object.size, file: descriptor, slots: 0 }),
    close() {
      forgotten.unregister(segments);
      void file.close();
    },
  };
  forgotten.register(segments, file, segments);
  return segments;
}

/** Files whose reader nobody holds any more. */
const forgotten = new FinalizationRegistry<OpenFile>((file) => void file.close());
