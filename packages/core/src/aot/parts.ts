import type { CallMethod } from '../host/call-method.js';
import type { DeclaredRows } from '../host/declared-rows.js';
import type { Declarations } from '../types/plain-type-table.js';

/** The parts of the runtime that only some policies need. A module imports those that it uses, so that a bundle contains no others. */
export interface Parts {
  /** Needed by a policy that calls methods. */
  readonly methods: CallMethod;
  /** Needed by types that declare fields or relations. */
  readonly fields: Declarations & { readonly declaredRows: DeclaredRows };
}
export type PartName = keyof Parts;

const parts: { -readonly [Name in PartName]?: Parts[Name] } = {};

export function addPart<Name extends PartName>(name: Name, part: Parts[Name]): void {
  parts[name] = part;
}

/** Returns the parts that are loaded. */
export const loadedParts = (): Partial<Parts> => parts;
