import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { AuthorizerOptions, TypesInput } from '@nanook/core';
import type { PolicyModule } from '@nanook/core/compiled';
import type { Check, NanookVariant } from '../library.ts';

/** The policy and the options of Nanook in a scenario. */
export interface NanookSetup {
  readonly policy: string;
  readonly types: TypesInput;
  /** The same types with declared fields; missing if they have no fields. */
  readonly declared?: TypesInput;
  readonly constants?: Readonly<Record<string, unknown>>;
  /** Call `isAllowed`, because the policy meets promises. */
  readonly isAsync?: boolean;
}

export interface LoadedNanook {
  readonly check: Check;
  readonly loadMs: number;
  /** The value of `authorizer.engine`; `undefined` for a build without that property. */
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

/** Loads a policy as an application does. Returns `undefined` if this build does not have the variant. */
export async function loadNanook(
  setup: NanookSetup,
  variant: NanookVariant,
): Promise<LoadedNanook | undefined> {
  if (variant === 'nanook-ahead') return loadAhead(setup);
  const { Authorizer, isPolarError } = await importNanook();
  const types = variant === 'nanook-declared' ? setup.declared : setup.types;
  if (types === undefined) return undefined;
  const engine = engines[variant];
  const options: AuthorizerOptions = {
    policies: { name: 'policy.polar', source: setup.policy },
    types,
    ...(setup.constants === undefined ? {} : { constants: setup.constants }),
    ...(engine === undefined ? {} : { engine }),
    ...(variant === 'nanook-hook' ? { onDecision: () => {} } : {}),
    onWarning: ({ message }) => {
      throw new Error(`the policy has a warning: ${message}`);
    },
  };
  const started = performance.now();
  try {
    const authorizer = await Authorizer.load(options);
    const loadMs = performance.now() - started;
    const check: Check = setup.isAsync
      ? (actor, action, resource) => authorizer.isAllowed(actor, action, resource)
      : (actor, action, resource) => authorizer.isAllowedSync(actor, action, resource);
    return { check, loadMs, engine: (authorizer as { readonly engine?: string }).engine };
  } catch (error) {
    if (engine !== undefined && isPolarError(error) && error.code === 'POLAR_TYPE_INVALID_OPTION')
      return undefined;
    throw error;
  }
}

/** Compiles a policy ahead of time, and loads the module as an application does. */
async function loadAhead(setup: NanookSetup): Promise<LoadedNanook | undefined> {
  // The URL of another build names its main entry point only.
  if (otherBuild !== undefined) return undefined;
  const [{ compilePolicy }, { CompiledAuthorizer }] = await Promise.all([
    import('@nanook/core/compile'),
    import('@nanook/core/compiled'),
  ]);
  const declared = {
    types: setup.types,
    ...(setup.constants === undefined ? {} : { constants: setup.constants }),
  };
  const text = await compilePolicy({
    policies: { name: 'policy.polar', source: setup.policy },
    ...declared,
  });
  const folder = mkdtempSync(join(tmpdir(), 'nanook-bench-'));
  const file = join(folder, 'policy.mjs');
  writeFileSync(file, text);
  const started = performance.now();
  const { default: module } = (await import(pathToFileURL(file).href)) as { default: PolicyModule };
  const authorizer = CompiledAuthorizer.load(module, declared);
  const loadMs = performance.now() - started;
  rmSync(folder, { recursive: true });
  const check: Check = setup.isAsync
    ? (actor, action, resource) => authorizer.isAllowed(actor, action, resource)
    : (actor, action, resource) => authorizer.isAllowedSync(actor, action, resource);
  return { check, loadMs, engine: 'module' };
}
