import type { RowFilter } from './row-filter.js';

interface Use {
  readonly part: RowFilter;
  /** The places of the filters that contain the part, in the order in which they were added. */
  readonly places: Set<number>;
}

/** The parts of several filters, each with the filters that contain it. */
export class SharedParts {
  readonly #uses = new Map<number, Use>();
  /** The uses of parts that at least two filters contain. */
  readonly #shared = new Map<number, Use>();

  /** @param numberOf returns the same number for equal parts */
  constructor(readonly numberOf: (part: RowFilter) => number) {}

  /** Adds the parts of the filter at a place. */
  add(parts: readonly RowFilter[], place: number): void {
    for (const part of parts) {
      const number = this.numberOf(part);
      let use = this.#uses.get(number);
      if (use === undefined) this.#uses.set(number, (use = { part, places: new Set() }));
      use.places.add(place);
      if (use.places.size === 2) this.#shared.set(number, use);
    }
  }

  remove(parts: readonly RowFilter[], place: number): void {
    for (const part of parts) {
      const number = this.numberOf(part);
      const { places } = this.#uses.get(number)!;
      places.delete(place);
      if (places.size < 2) this.#shared.delete(number);
    }
  }

  /** Returns the part that most filters contain, if at least two do: among equally many, a related row, which costs a query more than a column. */
  most(): { readonly part: RowFilter; readonly places: readonly number[] } | undefined {
    let most: Use | undefined;
    for (const use of this.#shared.values()) {
      const difference = use.places.size - (most?.places.size ?? 0);
      if (difference > 0 || (difference === 0 && isRelated(use.part) && !isRelated(most!.part))) most = use;
    }
    return most && { part: most.part, places: [...most.places] };
  }
}

const isRelated = ({ kind }: RowFilter): boolean => kind === 'exists' || kind === 'none';
