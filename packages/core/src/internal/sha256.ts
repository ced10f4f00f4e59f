// SHA-256 (FIPS 180-4) without the platform, because browsers have it only asynchronously, and Node under another name.

import { once } from './once.js';

/** The first 32 bits of the fractional part of a root of each of the first primes. */
function rootsOfPrimes(count: number, root: (prime: number) => number): Int32Array {
  const words = new Int32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let divisor = 2;
    while (candidate % divisor !== 0) divisor++;
    if (divisor === candidate) words[found++] = ((root(candidate) % 1) * 2 ** 32) | 0;
  }
  return words;
}

const initialWords = once(() => rootsOfPrimes(8, Math.sqrt));
const roundConstants = once(() => rootsOfPrimes(64, Math.cbrt));

/** The words of one block. Each block replaces all of them, and nothing else runs meanwhile. */
const words = new Int32Array(64);

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** Returns the SHA-256 of some bytes, as 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  let text = '';
  for (const word of sha256Words(bytes))
    for (let shift = 28; shift >= 0; shift -= 4) text += '0123456789abcdef'[(word >> shift) & 15]!;
  return text;
}

/** Returns the SHA-256 of some bytes, as eight words of 32 bits. */
export function sha256Words(bytes: Uint8Array): Int32Array {
  const blocks = (bytes.length + 9 + 63) >> 6;
  const padded = new Uint8Array(blocks * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  // The last eight bytes are the number of bits. A byte keeps the lowest eight bits of the whole part of a number.
  for (let at = blocks * 64, bits = bytes.length * 8; bits >= 1; bits /= 256) padded[--at] = bits;

  // Signed integers with `| 0` at every step, so that V8 uses integers of the processor. This is five times as fast.
  const hash = initialWords().slice();
  const constants = roundConstants();
  for (let at = 0; at < padded.length;) {
    for (let i = 0; i < 16; i++)
      words[i] = (padded[at++]! << 24) | (padded[at++]! << 16) | (padded[at++]! << 8) | padded[at++]!;
    for (let i = 16; i < 64; i++) {
      const w2 = words[i - 2]!;
      const w15 = words[i - 15]!;
      const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
      const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
      words[i] = (words[i - 16]! + s0 + words[i - 7]! + s1) | 0;
    }
    compress(hash, constants);
  }
  return hash;
}

function compress(hash: Int32Array, constants: Int32Array): void {
  let a = hash[0]!;
  let b = hash[1]!;
  let c = hash[2]!;
  let d = hash[3]!;
  let e = hash[4]!;
  let f = hash[5]!;
  let g = hash[6]!;
  let h = hash[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + words[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  hash[0] = hash[0]! + a;
  hash[1] = hash[1]! + b;
  hash[2] = hash[2]! + c;
  hash[3] = hash[3]! + d;
  hash[4] = hash[4]! + e;
  hash[5] = hash[5]! + f;
  hash[6] = hash[6]! + g;
  hash[7] = hash[7]! + h;
}
