// Parts the rows of a table by a hash of their content, as `splitRows` in lib/data/split.ts does by plain code.
//
// Memory: the hashes of all rows, u32, one behind the other; two rooms for row numbers, i32, each for one more than there
// are rows.
//
// Why so: no branch can guess a draw. Each row's number is written to both rooms, and only one of the two goes on.

import { finish, mixWord } from './shared/row-hash';

// u32 fields.
const HASHES: usize = 0;
const COUNT: usize = 4;
const SALT: usize = 8;
const TRAINING: usize = 12; // where the numbers of rows go that are not held out
const HELD: usize = 16;
const SHARE: usize = 24; // float64: rows are held out whose salted hash is below this

/** Writes the row numbers of both parts, ascending. Returns how many are held out. */
export function partRows(description: usize): i32 {
  const hashes = load<usize>(description, HASHES);
  const count = load<i32>(description, COUNT);
  const salt = load<u32>(description, SALT);
  const share = load<f64>(description, SHARE);
  const firstHeld = load<usize>(description, HELD);
  let training = load<usize>(description, TRAINING);
  let held = firstHeld;
  for (let row = 0; row < count; row++) {
    const hash = finish(mixWord(salt, load<u32>(hashes + (<usize>row << 2))));
    store<i32>(training, row);
    store<i32>(held, row);
    const isHeld = <usize>(<f64>hash < share);
    training += (1 - isHeld) << 2;
    held += isHeld << 2;
  }
  return <i32>((held - firstHeld) >> 2);
}
