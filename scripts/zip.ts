import { crc32, inflateRawSync } from 'node:zlib';

export interface ZippedFile {
  path: string;
  size: number;
  compressedSize: number;
  read(): Buffer;
}

/**
 * The files in a zip archive, as packaging writes it: no encryption, no ZIP64, stored or deflated.
 *
 * @throws Error when it is no such archive
 * @see PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16
 */
export function readZip(archive: Buffer): ZippedFile[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('expected a zip archive, found no end of central directory');
  const files: ZippedFile[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error(`expected an entry of the directory at byte ${at}`);
    const method = archive.readUInt16LE(at + 10);
    const compressedSize = archive.readUInt32LE(at + 20);
    const size = archive.readUInt32LE(at + 24);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const header = archive.readUInt32LE(at + 42);
    const checksum = archive.readUInt32LE(at + 16);
    const path = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const read = () => {
      const bytes = content(archive, header, compressedSize, method);
      if (crc32(bytes) !== checksum) throw new Error(`${path}: expected the bytes that were zipped, found others`);
      return bytes;
    };
    files.push({ path, size, compressedSize, read });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files.filter(({ path }) => !path.endsWith('/'));
}

function content(archive: Buffer, header: number, compressedSize: number, method: number): Buffer {
  // The lengths in the local header may differ from those in the directory.
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const stored = archive.subarray(start, start + compressedSize);
  if (method === 0) return stored;
  if (method === 8) return inflateRawSync(stored);
  throw new Error(`expected a stored or deflated file, found compression method ${method}`);
}
