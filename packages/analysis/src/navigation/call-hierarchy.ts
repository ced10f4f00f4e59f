import { grantedKindOf } from '../symbols/name-slots.js';
import { describeSymbol, keyOf, type Occurrence, type PolicySymbol } from '../symbols/policy-symbol.js';
import type { Place } from '../workspace/place.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** A rule, a role, a permission or a relation in a hierarchy of grants. */
export interface HierarchyItem extends Place {
  readonly symbol: PolicySymbol;
  readonly name: string;
}

/** A rule that connects two names of a hierarchy. */
export interface HierarchyCall {
  readonly item: HierarchyItem;
  /** The places of the used name. */
  readonly places: readonly Place[];
}

const isInHierarchy = ({ kind }: PolicySymbol): boolean =>
  kind === 'rule' || kind === 'role' || kind === 'permission' || kind === 'relation';

/** Returns the names at an offset whose grants can be followed. */
export function hierarchyAt(snapshot: Snapshot, file: string, offset: number): readonly HierarchyItem[] {
  const [occurrence] = snapshot.symbols.at(file, offset);
  return (occurrence?.symbols ?? [])
    .filter(isInHierarchy)
    .flatMap((symbol) => itemOf(snapshot, symbol) ?? []);
}

/** Returns the names whose rules use a name: who gets something by this role? */
export const usersOf = (snapshot: Snapshot, symbol: PolicySymbol): readonly HierarchyCall[] =>
  calls(
    snapshot,
    snapshot.symbols.of(symbol).filter(({ role }) => role === 'use'),
    (use) => headsOf(snapshot, use).map((head) => [head, use] as const),
  );

/** Returns the names that the rules of a name use: who grants this role? */
export const grantsOf = (snapshot: Snapshot, symbol: PolicySymbol): readonly HierarchyCall[] => {
  const heads = snapshot.symbols
    .of(symbol)
    .filter(({ role }) => role === 'grant' || (symbol.kind === 'rule' && role === 'declaration'));
  return calls(snapshot, heads, (head) =>
    partsOf(snapshot, head)
      .filter(({ role }) => role === 'use')
      .flatMap((use) => use.symbols.filter(isInHierarchy).map((used) => [used, use] as const)),
  );
};

function calls(
  snapshot: Snapshot,
  occurrences: readonly Occurrence[],
  connect: (occurrence: Occurrence) => readonly (readonly [PolicySymbol, Occurrence])[],
): readonly HierarchyCall[] {
  const found = new Map<string, { item: HierarchyItem; places: Place[] }>();
  for (const [symbol, { file, start, end }] of occurrences.flatMap(connect)) {
    const item = itemOf(snapshot, symbol);
    if (item === undefined) continue;
    const known = found.get(keyOf(symbol)) ?? { item, places: [] };
    known.places.push({ file, start, end });
    found.set(keyOf(symbol), known);
  }
  return [...found.values()];
}

/** Returns the names that the statement of a use grants, or the rule that it defines. */
function headsOf(snapshot: Snapshot, use: Occurrence): readonly PolicySymbol[] {
  const parts = partsOf(snapshot, use);
  const granted = parts.filter(({ role }) => role === 'grant').flatMap(({ symbols }) => symbols);
  if (granted.length > 0) return granted.filter(isInHierarchy);
  return parts
    .filter(({ role, symbols }) => role === 'declaration' && symbols.some(({ kind }) => kind === 'rule'))
    .flatMap(({ symbols }) => symbols);
}

/** Returns all names of the statement of an occurrence, without the rules of blocks, for which their names stand. */
const partsOf = ({ symbols }: Snapshot, { file, whole }: Occurrence): readonly Occurrence[] =>
  symbols
    .inFile(file)
    .filter(
      (other) =>
        other.whole.start === whole.start &&
        !(
          other.role === 'use' &&
          other.symbols.some(({ kind, name }) => kind === 'rule' && grantedKindOf(name))
        ),
    );

function itemOf({ symbols }: Snapshot, symbol: PolicySymbol): HierarchyItem | undefined {
  const [place] = symbols.definitionsOf(symbol);
  const { file, start, end } = place ?? symbols.of(symbol)[0] ?? {};
  if (file === undefined || start === undefined || end === undefined) return undefined;
  return { symbol, name: describeSymbol(symbol), file, start, end };
}
