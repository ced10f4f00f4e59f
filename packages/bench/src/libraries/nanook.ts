import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Authorizer, AuthorizerOptions, Fact, TypesInput } from '@nanook/core';
import type { PolicyModule } from '@nanook/core/compiled';
import type { Check, NanookVariant } from '../library.ts';

/** The policy and the options of Nanook in a scenario. */
export interface NanookSetup {
  readonly policy: string;
  readonly types: TypesInput;
  /** The same types with declared fields; missing if they have no fields. */
  readonly declared?: TypesInput;
  readonly constants?: Readonly<Record<string, unknown>>;
  /** Call `can`, because the policy meets promises. */
  readonly isAsync?: boolean;
  /** An undecided check is denied. */
  readonly undecided?: 'deny';
  /** The checks contain actions that no rule names, about which the authorizer warns outside production. */
  readonly denialWarnings?: false;
  /** Returns the facts that hold for the checks of an actor only. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly facts?: (actor: any) => readonly Fact[];
  /** The calls of a scenario about enumerations. */
  readonly enumeration?: Enumeration;
}

export interface Enumeration {
  /** Enumerates, and returns whether the action of the check is among the results. */
  readonly enumerate: (authorizer: Authorizer) => Check;
  /** Does the same with a single check for each candidate. */
  readonly singles: (authorizer: Authorizer) => Check;
}

export interface LoadedNanook {
  readonly check: Check;
  readonly loadMs: number;
  /** The value of `authorizer.policy.engine`; `undefined` for a build without that property. */
  readonly engine: string | undefined;
}

/** The URL of the entry point of another build, to measure instead of the installed one. */
export const otherBuild = process.env['NANOOK_BENCH_CORE'];
export const importNanook = () =>
  otherBuild === undefined
    ? import('@nanook/core')
    : (import(otherBuild) as Promise<typeof import('@nanook/core')>);

const engines: Partial<Record<NanookVariant, NonNullable<AuthorizerOptions['engine']>>> = {
  'nanook-closures': 'closures',
  'nanook-machine': 'machine',
};

/** Returns the options of an application. Each warning is an error. */
export function optionsOf(setup: NanookSetup, variant: NanookVariant): AuthorizerOptions {
  const { policy, constants, undecided, denialWarnings } = setup;
  const engine = engines[variant];
  return {
    policies: { name: 'policy.polar', source: policy },
    types: (variant === 'nanook-declared' ? setup.declared : setup.types) ?? {},
    ...(constants === undefined ? {} : { constants }),
    ...(undecided === undefined ? {} : { undecided }),
    ...(denialWarnings === undefined ? {} : { denialWarnings }),
    ...(engine === undefined ? {} : { engine }),
    ...(variant === 'nanook-hook' ? { onDecision: () => {} } : {}),
    onWarning: ({ message }) => {
      throw new Error(`the policy has a warning: ${message}`);
    },
  };
}

/** Loads a policy as an application does. Returns `undefined` if this build does not have the variant. */
export async function loadNanook(
  setup: NanookSetup,
  variant: NanookVariant,
): Promise<LoadedNanook | undefined> {
  if (variant === 'nanook-ahead') return loadAhead(setup);
  if (variant === 'nanook-declared' && setup.declared === undefined) return undefined;
  const { Authorizer, isPolarError } = await importNanook();
  const options = optionsOf(setup, variant);
  const started = performance.now();
  try {
    const authorizer = await Authorizer.load(options);
    const loadMs = performance.now() - started;
    const check = checkOf(authorizer, setup, variant);
    return { check, loadMs, engine: (authorizer as { readonly engine?: string }).engine };
  } catch (error) {
    if (options.engine !== undefined && isPolarError(error) && error.code === 'POLAR_TYPE_INVALID_OPTION')
      return undefined;
    throw error;
  }
}

function checkOf(authorizer: Authorizer, setup: NanookSetup, variant: NanookVariant): Check {
  const { enumeration } = setup;
  if (enumeration !== undefined)
    return variant === 'nanook-singles' ? enumeration.singles(authorizer) : enumeration.enumerate(authorizer);
  return plainCheck(authorizer, setup);
}

function plainCheck(authorizer: Pick<Authorizer, 'can' | 'canSync'>, { isAsync, facts }: NanookSetup): Check {
  if (facts !== undefined)
    return (actor, action, resource) => authorizer.canSync(actor, action, resource, { facts: facts(actor) });
  return isAsync
    ? (actor, action, resource) => authorizer.can(actor, action, resource)
    : (actor, action, resource) => authorizer.canSync(actor, action, resource);
}

/** Compiles a policy ahead of time, and loads the module as an application does. */
async function loadAhead(setup: NanookSetup): Promise<LoadedNanook | undefined> {
  // The URL of another build names its main entry point only.
  if (otherBuild !== undefined) return undefined;
  const [{ compilePolicy }, { CompiledAuthorizer }] = await Promise.all([
    import('@nanook/core/compile'),
    import('@nanook/core/compiled'),
  ]);
  const { types, constants = {}, undecided } = setup;
  const text = await compilePolicy({
    policies: { name: 'policy.polar', source: setup.policy },
    types,
    constants,
  });
  // In this package, where the module finds the parts of the runtime that it imports.
  const folder = mkdtempSync(fileURLToPath(new URL('../../.nanook-bench-', import.meta.url)));
  const file = join(folder, 'policy.mjs');
  writeFileSync(file, text);
  const started = performance.now();
  const { default: module } = (await import(pathToFileURL(file).href)) as { default: PolicyModule };
  const authorizer = CompiledAuthorizer.load(module, {
    types,
    constants,
    ...(undecided === undefined ? {} : { undecided }),
  });
  const loadMs = performance.now() - started;
  rmSync(folder, { recursive: true });
  return { check: plainCheck(authorizer, setup), loadMs, engine: 'module' };
}
