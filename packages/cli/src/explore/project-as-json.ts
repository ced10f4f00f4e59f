import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { Authorizer, isPolarError } from '@nanook/core';
import type { Fixtures } from '../project/config.js';
import { isFile } from '../project/is-file.js';
import type { Project } from '../project/project.js';
import { compareForms } from './compare-forms.js';
import { fixturesAsJson, type JsonFixtures } from './fixtures-as-json.js';
import type { Comparison, ExploredProject } from './messages.js';
import { typesAsJson } from './types-as-json.js';

/** The options of a configuration that are values, besides types and fixtures. */
const plainOptions = ['constants', 'queries', 'readAction', 'undecided', 'equality', 'sql'] as const;

/**
 * Returns a project in the form of `nanook.config.json`, which a page can load.
 *
 * @throws {UsageError} when the fixtures cannot be loaded
 * @throws {PolarError} when the types or an option are not valid
 */
export async function projectAsJson(project: Project): Promise<ExploredProject> {
  await project.requireOptions();
  const { policies } = project;
  const notes: string[] = [];
  const config: Record<string, unknown> = {};
  for (const name of plainOptions) {
    const value = project.config[name];
    if (value === undefined) continue;
    const plain = plainOf(value);
    if (plain.lacks.length > 0) notes.push(...plain.lacks.map((path) => `${name}${path} is a function`));
    config[name] = plain.value;
  }
  const types = typesAsJson(project.types);
  const values = await project.fixtures();
  const fixtures = await fixturesOf(project, values);
  const exported = { ...config, types: types.types, fixtures: fixtures.fixtures };
  return {
    kind: 'project',
    policies,
    writable: policies.flatMap((policy) =>
      isFile(policy) && isInFolder(policy.name, project) ? [policy.name] : [],
    ),
    config: exported,
    notes: [...notes, ...types.notes, ...fixtures.notes],
    comparison: await comparisonOf(project, values, exported),
  };
}

async function fixturesOf(project: Project, values: Fixtures): Promise<JsonFixtures> {
  const { fixtures } = project.config;
  // Those of a configuration in JSON have this form already.
  if (project.configFile?.endsWith('.json') === true)
    return { fixtures: (fixtures ?? {}) as Fixtures, notes: [] };
  // The types of values do not depend on the policies, which may have errors.
  const { queries: _, ...options } = project.authorizerOptions(() => {});
  const authorizer = await Authorizer.load({ ...options, policies: 'allow(_, _, _);' });
  return fixturesAsJson(values, project.types, (value) => authorizer.policy.typesOf(value));
}

const notCompared: Comparison = { compared: 0, differences: [] };

/** Compares the answers if the policies have no error. */
async function comparisonOf(
  project: Project,
  values: Fixtures,
  config: ExploredProject['config'],
): Promise<Comparison> {
  try {
    const authorizer = await project.load();
    return await compareForms(authorizer, values, { config, policies: project.policies });
  } catch (error) {
    // The page shows the errors of the policies in their places.
    if (isPolarError(error)) return notCompared;
    throw error;
  }
}

/** Returns whether a file is in the folder of the project, also when symbolic links are followed. */
export function isInFolder(file: string, { configFile }: Pick<Project, 'configFile'>): boolean {
  const folder = realpathSync(dirname(resolve(configFile ?? 'nanook.config.ts')));
  const path = relative(folder, realpathSync(file));
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/** Returns a value as JSON, and the paths of the functions in it. */
function plainOf(value: unknown): { readonly value: unknown; readonly lacks: readonly string[] } {
  const lacks: string[] = [];
  const plain = (inner: unknown, path: string): unknown => {
    if (typeof inner === 'function') return void lacks.push(path);
    if (typeof inner === 'bigint') return Number(inner);
    if (Array.isArray(inner)) return inner.map((each, i) => plain(each, `${path}[${i}]`));
    if (typeof inner !== 'object' || inner === null || inner instanceof Date) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, each]) => [key, plain(each, `${path}.${key}`)]),
    );
  };
  return { value: plain(value, ''), lacks };
}
