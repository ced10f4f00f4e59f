import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import {
  Authorizer,
  type AuthorizerOptions,
  type Diagnostic,
  type NamedPolicy,
  type PolicyInput,
  type TypesInput,
} from '@nanook/core';
import { readPolicies } from '@nanook/core/internal';
import { parse, type PolicyNode } from '@nanook/core/syntax';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Fixtures, NanookConfig } from './config.js';
import { findConfig } from './find-config.js';
import { fixturesFromJson, requireFixtures } from './fixtures.js';
import { inferTypes } from './infer-types.js';
import { readConfig } from './read-config.js';

export interface ProjectOptions {
  /** The path of the configuration; undefined: the nearest one. */
  readonly config?: string | undefined;
  /** Files, folders and globs that replace the policies of the configuration. */
  readonly paths?: readonly string[] | undefined;
}

/** The policies and types of an application, as its configuration describes them. */
export class Project {
  #types: TypesInput | undefined;
  #trees: readonly PolicyNode[] | undefined;

  private constructor(
    /** The path of the configuration; undefined without one. */
    readonly configFile: string | undefined,
    readonly config: NanookConfig,
    readonly policies: readonly NamedPolicy[],
  ) {}

  /**
   * Reads the configuration and the policies.
   *
   * @throws {UsageError} when the configuration or a file cannot be read
   */
  static async open({ config: named, paths = [] }: ProjectOptions = {}): Promise<Project> {
    const { configFile, config, inputs } = await readConfiguration(named);
    return new Project(configFile, config, await readInputs(paths.length > 0 ? paths.map(inputOf) : inputs));
  }

  /**
   * Reads the configuration, with policies from elsewhere.
   *
   * @throws {UsageError} when the configuration cannot be read
   */
  static async openWith(
    named: string | undefined,
    policiesOf: (configured: readonly PolicyInput[]) => Promise<readonly NamedPolicy[]>,
  ): Promise<Project> {
    const { configFile, config, inputs } = await readConfiguration(named);
    return new Project(configFile, config, await policiesOf(inputs));
  }

  /** Returns a project with the same configuration and other policies. */
  withPolicies(policies: readonly NamedPolicy[]): Project {
    return new Project(this.configFile, this.config, policies);
  }

  /** Returns a project with the same policies and other types. */
  withTypes(types: TypesInput): Project {
    return new Project(this.configFile, { ...this.config, types }, this.policies);
  }

  /** Whether the configuration declares the types of the application. */
  get declaresTypes(): boolean {
    return this.config.types !== undefined;
  }

  /** The trees of the policies, in their order. */
  get trees(): readonly PolicyNode[] {
    this.#trees ??= this.policies.map((policy) => parse(policy).policy);
    return this.#trees;
  }

  /** The types of the configuration, or those that the policies name. */
  get types(): TypesInput {
    this.#types ??= this.config.types ?? inferTypes(this.trees);
    return this.#types;
  }

  /** Returns the options for `Authorizer.load`. */
  authorizerOptions(onWarning: (warning: Diagnostic) => void): AuthorizerOptions {
    const {
      fixtures: _fixtures,
      loaders: _loaders,
      sql: _sql,
      application: _application,
      ...options
    } = this.config;
    return { ...options, types: this.types, policies: this.policies, onWarning, denialWarnings: false };
  }

  /**
   * Loads the policies.
   *
   * @throws {PolicyError} when a policy has an error
   */
  load(onWarning: (warning: Diagnostic) => void = () => {}): Promise<Authorizer> {
    return Authorizer.load(this.authorizerOptions(onWarning));
  }

  /**
   * Checks the options of the configuration, without its policies and types.
   *
   * @throws {PolarError} `POLAR_TYPE_INVALID_OPTION`
   */
  async requireOptions(): Promise<void> {
    const { types, queries = [], ...options } = this.authorizerOptions(() => {});
    const areNames = Array.isArray(queries) && queries.every((name) => typeof name === 'string');
    await Authorizer.load({
      ...options,
      policies: 'allow(_, _, _);',
      // The names of rules and types belong to the policies.
      ...(!areNames && { queries }),
      ...(typeof types !== 'object' && { types }),
    });
  }

  /**
   * Returns the named values with which commands decide checks.
   *
   * @throws {UsageError} when the configuration gives none
   */
  async fixtures(): Promise<Fixtures> {
    const fixtures = await this.#rawFixtures();
    requireFixtures(fixtures, this.types, this.config.constants ?? {});
    return extname(this.configFile ?? '') === '.json' ? fixturesFromJson(fixtures) : fixtures;
  }

  async #rawFixtures(): Promise<unknown> {
    const { fixtures = {} } = this.config;
    if (typeof fixtures !== 'function') return fixtures;
    try {
      return await fixtures();
    } catch (error) {
      throw new UsageError(`the fixtures of ${this.configFile} cannot be loaded: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
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
