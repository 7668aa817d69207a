/** The halved form of a text by itself: the kernel csv.ts hashes that of each block that it parses. */
export { addText, beginText, endText } from './shared/halved-text';
