import type { PlainTypeSets } from '../../../host/plain-type-sets.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';
import type { linkFields, linkRelations } from '../../../types/unchecked-declarations.js';
import type { StandaloneOperations } from '../../runtime/operations.js';
import type { StandaloneRuntime } from '../../runtime/standalone-runtime.js';
import type { WaitingRuntime } from '../../runtime/waiting-runtime.js';
import type { EntryName } from '../../entry-arities.js';
import type { ModuleHelpers } from './module-helpers.js';

/** The format of the modules that this version can run. */
export const moduleFormat = 12;

/** The parts of the runtime that only some policies need. A module imports those that it uses, so that a bundle contains no others. */
export interface Parts extends StandaloneOperations {
  /** Needed by types with predicates or discriminators. */
  readonly createTypeSets: (types: PlainTypeTable) => PlainTypeSets;
  /** Needed by types that declare fields. */
  readonly linkFields: typeof linkFields;
  /** Needed by types that declare relations. */
  readonly linkRelations: typeof linkRelations;
}
export type PartName = keyof Parts;

/** The code of a rule: one form that stops at a promise, and one that awaits it. */
export interface Entry {
  readonly run: (...args: unknown[]) => boolean;
  readonly wait: (runtime: WaitingRuntime, ...args: unknown[]) => boolean | Promise<boolean>;
}
export type Entries = { readonly [Name in EntryName]?: Entry };

/** The default export of the file that `compilePolicy` writes. Its contents are not a public interface. */
export interface PolicyModule {
  readonly format: number;
  /** The content hash of the policy. */
  readonly hash: string;
  /** The texts of the policies, for the positions in errors. */
  readonly sources: readonly { readonly name?: string; readonly text: string }[];
  /** The members of the unions. */
  readonly unions: { readonly Actor: readonly string[]; readonly Resource: readonly string[] };
  /** The names of the parts of the runtime that the code needs. */
  readonly parts: readonly PartName[];
  /** These parts, where the module imports them. @internal */
  readonly imported?: Partial<Parts> & { readonly noValue: symbol };
  /** The declarations of types and constants, by name. The code is valid only for these. */
  readonly declared: Readonly<Record<string, string>>;
  /** @internal */
  readonly make: (runtime: StandaloneRuntime, helpers: ModuleHelpers) => Entries;
}
