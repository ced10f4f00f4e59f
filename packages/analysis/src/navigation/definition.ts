import { isSamePlace, type Place } from '../workspace/place.js';
import type { Occurrence } from '../symbols/policy-symbol.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** A place that a name leads to. */
export interface Target extends Place {
  /** The statement or the part of it around the name. */
  readonly whole: { readonly start: number; readonly end: number };
}

const target = ({ file, start, end, whole }: Occurrence): Target => ({ file, start, end, whole });

/** Returns the places that declare the name at an offset. A name that no block declares leads to the rules that grant it. */
export function definitionsAt({ symbols }: Snapshot, file: string, offset: number): readonly Target[] {
  const found = symbols.at(file, offset).flatMap((occurrence) => occurrence.symbols);
  return distinct(found.flatMap((symbol) => symbols.definitionsOf(symbol)));
}

/** Returns the rules that grant the role, permission or relation at an offset, or that define the rule there. */
export function implementationsAt({ symbols }: Snapshot, file: string, offset: number): readonly Target[] {
  const found = symbols.at(file, offset).flatMap((occurrence) => occurrence.symbols);
  return distinct(
    found.flatMap((symbol) =>
      symbols.of(symbol).filter(({ role }) => role === (symbol.kind === 'rule' ? 'declaration' : 'grant')),
    ),
  );
}

/** Returns all places of the name at an offset. */
export function referencesAt(
  { symbols }: Snapshot,
  file: string,
  offset: number,
  includeDeclaration = true,
): readonly Target[] {
  const found = symbols.at(file, offset).flatMap((occurrence) => occurrence.symbols);
  const places = found.flatMap((symbol) => symbols.of(symbol));
  return distinct(places.filter(({ role }) => includeDeclaration || role !== 'declaration'));
}

/** Returns the places that declare an action on any type, or else the rules that allow it. */
export function definitionsOfAction({ symbols }: Snapshot, action: string): readonly Target[] {
  const named = symbols.all.filter(({ symbols: found }) =>
    found.some(({ kind, name }) => kind === 'permission' && name === action),
  );
  const declared = named.filter(({ role }) => role === 'declaration');
  return distinct(declared.length > 0 ? declared : named.filter(({ role }) => role === 'grant'));
}

function distinct(occurrences: readonly Occurrence[]): readonly Target[] {
  const targets: Target[] = [];
  for (const occurrence of occurrences)
    if (!targets.some((each) => isSamePlace(each, occurrence))) targets.push(target(occurrence));
  return targets;
}
