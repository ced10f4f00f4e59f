import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cwd } from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import * as candidate from '../candidate/index.js';
import * as compat from '../compat/index.js';
import * as filter from '../filter/index.js';
import * as textEntry from '../index.js';
import * as compile from '../node/compile.js';
import * as compiled from '../node/compiled.js';
import * as core from '../node/index.js';
import { errorOfExample, type Coded } from '../testing/run-example.fixture.js';
import type { CallExample } from './call-examples.fixture.js';
import type { Code } from './codes.js';
import type { Diagnostic } from './diagnostic.js';

/** The files that the examples name. */
const folder = mkdtempSync(join(tmpdir(), 'nanook-examples-'));
for (const name of ['old', 'roles']) mkdirSync(join(folder, 'policy', name), { recursive: true });
writeFileSync(join(folder, 'policy/main.polar'), 'allow("ann", "read", "plan");\n');
writeFileSync(
  join(folder, 'policy/roles/roles.polar'),
  'allow(user: Guest, "read", _) if cut and user.trial; allow(_: Member, "read", _);\n',
);
writeFileSync(join(folder, 'policy/old/utf-16.polar'), '\uFEFFallow(1, 2, 3);', 'utf16le');

/** Runs an example of a code, and returns the error that it throws and the warnings. */
export async function runCallExample(
  code: Code,
  text: string,
  { compiled: options }: CallExample,
): Promise<readonly Coded[]> {
  const { Authorizer, ...names } = code === 'POLAR_LOAD_NO_FILES_HERE' ? textEntry : core;
  const warnings: Coded[] = [];
  const onWarning = (warning: Diagnostic): void => void warnings.push(warning);
  const load = (given: core.AuthorizerOptions) => Authorizer.load({ onWarning, ...given });
  const watched = new Proxy(Authorizer, {
    get: (target, name) => (name === 'load' ? load : Reflect.get(target, name)),
  });
  const modules = {
    '@nanook/core/candidate': candidate,
    '@nanook/core/compat': compat,
    '@nanook/core/compile': compile,
    '@nanook/core/compiled': compiled,
    '@nanook/core/filter': filter,
    ...(options !== undefined && {
      './policy.mjs': { default: await compiledPolicy(options) },
    }),
  };
  const example = text.replaceAll("'policy/", `'${folder}/policy/`);
  const thrown = await errorOfExample(example, { ...names, Authorizer: watched }, modules);
  if (code === 'POLAR_DENIED_NOT_AWAITED') await wait(300);
  return [...(thrown === undefined ? [] : [thrown]), ...warnings];
}

/** Compiles a policy ahead of time and loads it. A module in CommonJS imports nothing, so that it needs no file. */
async function compiledPolicy(options: compile.CompileOptions): Promise<unknown> {
  const text = await compile.compilePolicy({ ...options, format: 'cjs' });
  const module: { exports: unknown } = { exports: undefined };
  // oxlint-disable-next-line typescript/no-implied-eval -- runs the compiled text as Node runs a file
  (new Function('module', text) as (target: object) => void)(module);
  return module.exports;
}

/** Removes the temporary folder from the paths of a message, and names a usual working directory. */
export const withoutFolder = (message: string): string =>
  message.replaceAll(`${folder}/`, '').replaceAll(cwd(), '/app');
