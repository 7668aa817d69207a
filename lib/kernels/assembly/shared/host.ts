// What kernels ask of the thread that they run on: lib/data/kernel-host.ts has the functions.

/** Reads up to `bytes` at a position of the object; fewer at its end, or -1. */
// @ts-ignore: decorator
@external('host', 'read')
export declare function read(file: i32, position: f64, address: usize, bytes: i32): i32;

/** SHA-256: begins anew, takes bytes, and leaves the 32 bytes of the hash of all that it took. */
// @ts-ignore: decorator
@external('host', 'beginHash')
export declare function beginHash(): void;
// @ts-ignore: decorator
@external('host', 'hashBytes')
export declare function hashBytes(address: usize, bytes: usize): void;
// @ts-ignore: decorator
@external('host', 'endHash')
export declare function endHash(address: usize): void;

/** Unpacks zstd; answers how many bytes came out, or -1. */
// @ts-ignore: decorator
@external('host', 'unpackZstd')
export declare function unpackZstd(from: usize, bytes: i32, to: usize, room: i32): i32;

/** The value of a cell that is written in an unusual way: NaN where it is missing, an infinity where it is no number. */
// @ts-ignore: decorator
@external('host', 'number')
export declare function unusualNumber(start: usize, end: usize): f64;
