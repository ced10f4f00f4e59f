import { groupBy } from '../findings/group-by.js';
import { keyOf, type Occurrence, type PolicySymbol } from './policy-symbol.js';

/** The places of all symbols of a workspace. */
export class SymbolIndex {
  #byKey: ReadonlyMap<string, readonly Occurrence[]> | undefined;
  #byFile: ReadonlyMap<string, readonly Occurrence[]> | undefined;

  constructor(readonly all: readonly Occurrence[]) {}

  /** Returns the occurrences at an offset, the shortest first. A relation without a type, `{ Organization }`, has two. */
  at(file: string, offset: number): readonly Occurrence[] {
    return this.inFile(file)
      .filter(({ start, end }) => start <= offset && offset <= end)
      .toSorted((a, b) => a.end - a.start - (b.end - b.start));
  }

  inFile(file: string): readonly Occurrence[] {
    this.#byFile ??= groupBy(this.all, (each) => each.file);
    return this.#byFile.get(file) ?? [];
  }

  /** Returns the places of a symbol, in the order of the files and their texts. */
  of(symbol: PolicySymbol): readonly Occurrence[] {
    this.#byKey ??= byKey(this.all);
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

function byKey(all: readonly Occurrence[]): ReadonlyMap<string, readonly Occurrence[]> {
  const found = new Map<string, Occurrence[]>();
  for (const occurrence of all)
    for (const symbol of occurrence.symbols) {
      const key = keyOf(symbol);
      const known = found.get(key);
      if (known === undefined) found.set(key, [occurrence]);
      else known.push(occurrence);
    }
  return found;
}
