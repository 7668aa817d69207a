/** 16 bytes of 255 and 16 of 0: a vector read from `firstBytes + 16 - n` on is a mask that keeps the first n bytes of 16. */
export const firstBytes = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0,
]);
