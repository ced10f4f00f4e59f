import { keyOf, type Occurrence, type PolicySymbol } from './policy-symbol.js';

/** The places of all symbols of a workspace. */
export class SymbolIndex {
  readonly #byKey = new Map<string, Occurrence[]>();
  readonly #byFile = new Map<string, Occurrence[]>();

  constructor(readonly all: readonly Occurrence[]) {
    for (const occurrence of all) {
      add(this.#byFile, occurrence.file, occurrence);
      for (const symbol of occurrence.symbols) add(this.#byKey, keyOf(symbol), occurrence);
    }
  }

  /** Returns the occurrences at an offset, the shortest first. A relation without a type, `{ Organization }`, has two. */
  at(file: string, offset: number): readonly Occurrence[] {
    return this.inFile(file)
      .filter(({ start, end }) => start <= offset && offset <= end)
      .toSorted((a, b) => a.end - a.start - (b.end - b.start));
  }

  inFile(file: string): readonly Occurrence[] {
    return this.#byFile.get(file) ?? [];
  }

  /** Returns the places of a symbol, in the order of the files and their texts. */
  of(symbol: PolicySymbol): readonly Occurrence[] {
    return this.#byKey.get(keyOf(symbol)) ?? [];
  }

  /** Returns the rules that grant a name, and the places that declare it. */
  definitionsOf(symbol: PolicySymbol): readonly Occurrence[] {
    const all = this.of(symbol);
    if (symbol.kind === 'variable') return all.slice(0, 1);
    const declared = all.filter(({ role }) => role === 'declaration');
    return declared.length > 0 ? declared : all.filter(({ role }) => role === 'grant');
  }
}

function add(map: Map<string, Occurrence[]>, key: string, occurrence: Occurrence): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [occurrence]);
  else known.push(occurrence);
}
