import { SyncAuthorizer } from '@nanook/core/compat';
import type { Diagnostic, NamedPolicy, TypeDeclaration } from '@nanook/core';
import type { Host } from '../host.js';
import { Dict, type Class, type EqualityFn, type UserType } from '../types.js';
import { foreignTerms } from './foreign-terms.js';
import { lostErrorWarnings } from './lost-errors.js';
import { valueText } from './value-text.js';
import { loggingMachine } from './query-log.js';
import { relationLoaders } from './relation-loaders.js';
import { isaCheckOf } from './isa-check.js';
import { typeAtPath } from './type-at-path.js';

/** The names that every policy knows. */
const builtIns: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['nil', null],
  ['Boolean', Boolean],
  ['Integer', Number],
  ['Float', Number],
  ['String', String],
  ['List', Array],
  ['Dictionary', Dict],
]);

export interface EngineOptions {
  readonly equalityFn: EqualityFn | undefined;
  readonly strict: boolean;
  readonly unsafeHostAccess: boolean;
}

/**
 * The limits of oso: half a minute for a query, 10,000 pending goals, of which each call of a rule has several, and no other that
 * applications reach.
 */
const limits = { timeoutMs: 30_000, maxDepth: 10_000, maxSteps: 1e9, maxSize: 1e9 };

/** The loaded policy with the registered classes and constants. A registration takes effect in the next query. */
export class PolicyEngine {
  readonly #constants = new Map<string, unknown>();
  #sources: readonly NamedPolicy[] = [];
  #authorizer: SyncAuthorizer | undefined;
  #isLogging = false;

  constructor(
    readonly host: Host<never, unknown>,
    readonly options: EngineOptions,
  ) {}

  /** The authorizer for the next query. */
  get authorizer(): SyncAuthorizer {
    return (this.#authorizer ??= this.#build(this.#sources, () => {}));
  }

  /** Returns whether queries are logged, as the environment asked when the policy was loaded. */
  get isLogging(): boolean {
    return this.#isLogging;
  }

  /** Returns whether rules are loaded. */
  get hasRules(): boolean {
    return this.#sources.length > 0 && this.authorizer.policy.rules.length > 0;
  }

  /** Decides a rule that the engine compiles. */
  check(
    rule: 'allow' | 'allow_field' | 'allow_request',
    args: readonly unknown[],
  ): boolean | Promise<boolean> {
    return this.authorizer.check(rule, args as [unknown, unknown]);
  }

  /** Replaces the policy. @param onWarning receives the warnings about it */
  load(sources: readonly NamedPolicy[], onWarning: (warning: Diagnostic) => void): SyncAuthorizer {
    this.#authorizer = this.#build(sources, onWarning);
    this.#sources = sources;
    return this.#authorizer;
  }

  clear(): void {
    this.#sources = [];
    this.#authorizer = undefined;
  }

  setConstant(name: string, value: unknown): void {
    this.#constants.set(name, value);
    this.#authorizer = undefined;
  }

  #build(sources: readonly NamedPolicy[], onWarning: (warning: Diagnostic) => void): SyncAuthorizer {
    const { equalityFn, strict, unsafeHostAccess } = this.options;
    const types: Record<string, TypeDeclaration> = {};
    const constants: Record<string, unknown> = {};
    for (const [name, value] of this.#constants) {
      if (builtIns.has(name) && value === builtIns.get(name)) continue;
      // A constant replaces a class as a value, and the name is still that of the type.
      const type = builtIns.has(name) ? undefined : this.host.types.get(name);
      if (type !== undefined) types[name] = this.#declarationOf(type);
      if (type === undefined || type.cls !== value) constants[name] = value;
    }
    const loading = {
      types,
      constants,
      limits,
      onWarning,
      denialWarnings: false,
      // Nanook compares instances by identity or key, but applications of oso compare their contents.
      equality: equalityFn ?? ('deep' as const),
    };
    const dialect = { dialect: strict ? 'nanook' : 'oso', unsafeHostAccess } as const;
    const createMachine = loggingMachine();
    this.#isLogging = createMachine !== undefined;
    return SyncAuthorizer.loadSync(sources, loading, dialect, {
      show: (value) => valueText(value, this.host.types),
      foreignTerms,
      onLostError: lostErrorWarnings(),
      ...(createMachine && { createMachine }),
    });
  }

  /** Returns the declaration of a registered class. */
  #declarationOf(type: UserType<Class>): TypeDeclaration {
    const loads = relationLoaders(type.fields, this.host);
    const { types } = this.host;
    const is = isaCheckOf(type, types, this.options.strict);
    return {
      class: type.cls,
      leadsTo: (path, typeName) => typeAtPath(type.name, path, types) === typeName,
      ...(loads.size === 0 ? {} : { loads }),
      ...(is === undefined ? {} : { is }),
    };
  }
}
