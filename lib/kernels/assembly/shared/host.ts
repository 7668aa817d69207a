// Functions that kernels call on the thread that they run on; lib/data/kernel-host.ts implements them.

/** Reads up to `bytes` bytes at a position of the object. Returns how many there were, fewer at its end; -1 on failure. */
// @ts-ignore: decorator
@external('host', 'read')
export declare function read(file: i32, position: f64, address: usize, bytes: i32): i32;

/** SHA-256: begins a hash, adds bytes to it, and writes the 32 bytes of the hash. */
// @ts-ignore: decorator
@external('host', 'beginHash')
export declare function beginHash(): void;
// @ts-ignore: decorator
@external('host', 'hashBytes')
export declare function hashBytes(address: usize, bytes: usize): void;
// @ts-ignore: decorator
@external('host', 'endHash')
export declare function endHash(address: usize): void;

/** Decompresses zstd. Returns the number of bytes written; -1 on failure. */
// @ts-ignore: decorator
@external('host', 'unpackZstd')
export declare function unpackZstd(from: usize, bytes: i32, to: usize, room: i32): i32;

/** The value of a cell that is written in an unusual way: NaN if it is missing, an infinity if it is not a number. */
// @ts-ignore: decorator
@external('host', 'number')
export declare function unusualNumber(start: usize, end: usize): f64;
