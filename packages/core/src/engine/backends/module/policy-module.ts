import type { StandaloneRuntime } from '../../runtime/standalone-runtime.js';
import type { ModuleHelpers } from './module-helpers.js';

/** Of modules that this version can run. */
export const moduleFormat = 2;

/** The questions that a policy may be asked when it is compiled ahead, and how many arguments they have. */
export const entryArities = { allow: 3, allow_field: 4, allow_request: 2 } as const;
export type EntryName = keyof typeof entryArities;

/** A rule, as code that does not wait, and as code that does. */
export interface Entry {
  readonly run: (...args: unknown[]) => boolean;
  readonly wait: (runtime: StandaloneRuntime, ...args: unknown[]) => boolean | Promise<boolean>;
}
export type Entries = { readonly [Name in EntryName]?: Entry };

/** What `compilePolicy` writes, and the default export of the file. Its contents are no public interface. */
export interface PolicyModule {
  readonly format: number;
  /** The content hash of the policy. */
  readonly hash: string;
  /** For the places that errors name. */
  readonly sources: readonly { readonly name?: string; readonly text: string }[];
  /** The members of the unions. */
  readonly unions: { readonly Actor: readonly string[]; readonly Resource: readonly string[] };
  /** How types and constants were declared, by name; what was compiled holds for these alone. */
  readonly declared: Readonly<Record<string, string>>;
  /** @internal */
  readonly make: (runtime: StandaloneRuntime, toolbox: ModuleHelpers) => Entries;
}
