import {
  Authorizer,
  type AuthorizerOptions,
  type Diagnostic,
  type NamedPolicy,
  type PolicyDialect,
  type TypesInput,
} from '@nanook/core';
import { parse, type PolicyNode } from '@nanook/core/syntax';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Fixtures, NanookConfig } from './config.js';
import { fixturesFromJson, requireFixtures } from './fixtures.js';
import { inferTypes } from '@nanook/analysis';

/** The policies and types of an application, as its configuration describes them. */
export class Project {
  #types: TypesInput | undefined;
  #trees: readonly PolicyNode[] | undefined;

  constructor(
    /** The path of the configuration; undefined without one. */
    readonly configFile: string | undefined,
    readonly config: NanookConfig,
    readonly policies: readonly NamedPolicy[],
  ) {}

  /** Returns a project with the same configuration and other policies. */
  withPolicies(policies: readonly NamedPolicy[]): Project {
    return new Project(this.configFile, this.config, policies);
  }

  /** Returns a project with the same policies and other types. */
  withTypes(types: TypesInput): Project {
    return new Project(this.configFile, { ...this.config, types }, this.policies);
  }

  /** Returns a project with another dialect; undefined: that of the configuration. */
  withDialect(dialect: PolicyDialect | undefined): Project {
    if (dialect === undefined) return this;
    return new Project(this.configFile, { ...this.config, dialect }, this.policies);
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
      server: _server,
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
    return this.configFile?.endsWith('.json') === true ? fixturesFromJson(fixtures) : fixtures;
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
