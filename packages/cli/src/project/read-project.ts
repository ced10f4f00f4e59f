import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { NamedPolicy, PolicyDialect, PolicyInput } from '@nanook/core';
import { readPolicies } from '@nanook/core/internal';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { NanookConfig } from './config.js';
import { configsIn, findConfig } from './find-config.js';
import { Project } from './project.js';
import { readConfig } from './read-config.js';

export interface ProjectOptions {
  /** The path of the configuration; undefined: the nearest one. */
  readonly config?: string | undefined;
  /** Files, folders and globs that replace the policies of the configuration. */
  readonly paths?: readonly string[] | undefined;
  /** Replaces the dialect of the configuration. */
  readonly dialect?: PolicyDialect | undefined;
}

/**
 * Reads the configuration and the policies.
 *
 * @throws {UsageError} when the configuration or a file cannot be read
 */
export async function readProject({
  config: named,
  paths = [],
  dialect,
}: ProjectOptions = {}): Promise<Project> {
  const { configFile, config, inputs } = await readConfiguration(named);
  const policies = await readInputs(paths.length > 0 ? paths.map(inputOf) : inputs);
  return new Project(configFile, config, policies).withDialect(dialect);
}

/**
 * Reads the configuration, with policies from elsewhere.
 *
 * @throws {UsageError} when the configuration cannot be read
 */
export async function readProjectWith(
  named: string | undefined,
  policiesOf: (configured: readonly PolicyInput[]) => Promise<readonly NamedPolicy[]>,
): Promise<Project> {
  const { configFile, config, inputs } = await readConfiguration(named);
  return new Project(configFile, config, await policiesOf(inputs));
}

interface Configuration {
  readonly configFile: string | undefined;
  readonly config: NanookConfig;
  /** The policies of the configuration, with paths from the working directory. */
  readonly inputs: readonly PolicyInput[];
}

async function readConfiguration(named: string | undefined): Promise<Configuration> {
  if (named !== undefined && !existsSync(named))
    throw new UsageError(`the configuration ${named} does not exist; nanook init writes one`);
  if (named !== undefined && statSync(named).isDirectory())
    throw new UsageError(`expected the file of a configuration, found the folder ${named}`);
  const found = named === undefined ? findConfig(process.cwd()) : resolve(named);
  const names = named === undefined && found !== undefined ? configsIn(dirname(found)) : [];
  if (names.length > 1)
    throw new UsageError(
      `expected one configuration in ${dirname(found!)}, found ${names.join(' and ')}; remove one, or name the one to use with --config`,
    );
  const config = found === undefined ? {} : await readConfig(found);
  const folder = found === undefined ? '.' : relative(process.cwd(), dirname(found)) || '.';
  return {
    configFile: found === undefined ? undefined : relative(process.cwd(), found),
    config,
    inputs: inputsOf(config, folder),
  };
}

const inputsOf = ({ policies = '**/*.polar' }: NanookConfig, folder: string): PolicyInput[] =>
  (Array.isArray(policies) ? (policies as readonly PolicyInput[]) : [policies as PolicyInput]).map((input) =>
    typeof input === 'string' && isPath(input) ? join(folder, input) : input,
  );

const isPath = (input: string): boolean => input.endsWith('.polar') && !/[\n;]/.test(input);

/** Turns an argument of the command into a file or a glob. */
function inputOf(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) return join(path, '**/*.polar');
  if (!path.endsWith('.polar'))
    throw new UsageError(`expected a folder, or a file or glob that ends in .polar, found ${path}`);
  return path;
}

/** Reads the policies that arguments of a command name. @throws {UsageError} when a file cannot be read */
export const readPaths = (paths: readonly string[]): Promise<NamedPolicy[]> => readInputs(paths.map(inputOf));

/** Reads policies. @throws {UsageError} when a file cannot be read */
export async function readInputs(inputs: readonly PolicyInput[]): Promise<NamedPolicy[]> {
  try {
    return await readPolicies(inputs);
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}
