/** A source of random choices that a seed determines. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e_37_79_b9) ^ 0x5b_d1_e9_95) >>> 0;
  }

  /** Returns a number from 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** Returns true in the given share of all cases. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  times<Item>(count: number, make: (i: number) => Item): Item[] {
    return Array.from({ length: count }, (_, i) => make(i));
  }
}
