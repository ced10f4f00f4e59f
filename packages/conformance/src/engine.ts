// The class `Oso` of oso, which the corpus calls, implemented with the public API of @nanook/core. It is for the test runner only.
import {
  Authorizer,
  Expression,
  ForbiddenError,
  isForbiddenError,
  isNotFoundError,
  NotFoundError,
  QueryVariable as Variable,
  type AuthorizerOptions,
  type Class,
  type Code,
  type Diagnostic,
  type TypeDeclaration,
} from '@nanook/core';

export { Expression, ForbiddenError, NotFoundError, Variable };

/** Declares a relation of a data filtering case. Nanook does not filter data yet, so these cases do not run. */
export class Relation {
  constructor(
    readonly kind: 'one' | 'many',
    readonly otherType: string,
    readonly myField: string,
    readonly otherField: string,
  ) {}
}

interface OsoOptions {
  readonly equalityFn?: (left: unknown, right: unknown) => boolean;
  readonly readAction?: string;
  readonly notFoundError?: new () => Error;
  readonly forbiddenError?: new () => Error;
}
interface ClassParams {
  readonly name?: string;
  readonly isaCheck?: (value: unknown) => boolean;
}
interface QueryOptions {
  readonly acceptExpression?: boolean;
  readonly bindings?: ReadonlyMap<string, unknown>;
}

/** The warnings that oso has, too. The corpus compares only these. */
const osoWarnings = new Set<Code>([
  'POLAR_CHECK_AMBIGUOUS_PRECEDENCE',
  'POLAR_CHECK_UNKNOWN_SPECIALIZER',
  'POLAR_CHECK_MISSING_ALLOW_RULE',
  'POLAR_CHECK_MISSING_HAS_PERMISSION',
]);

const builtIns = new Set([
  'Boolean',
  'Integer',
  'Float',
  'String',
  'List',
  'Dictionary',
  'Actor',
  'Resource',
]);

export class Oso {
  readonly #options: OsoOptions;
  #types: Record<string, TypeDeclaration> = {};
  #constants: Record<string, unknown> = {};
  #policy = '';
  #authorizer: Promise<Authorizer> | undefined;

  constructor(options: OsoOptions = {}) {
    this.#options = options;
  }

  registerClass(cls: Class, { name = cls.name, isaCheck }: ClassParams = {}): void {
    if (typeof cls !== 'function') throw new TypeError(`${String(cls)} is not a constructor`);
    if (builtIns.has(name) || name in this.#types || name in this.#constants)
      throw new Error(`'${name}' is registered already`);
    // If a class has several names, oso matches its instances with the last name only.
    const earlier = Object.entries(this.#types).map(([other, type]) => [
      other,
      type.class === cls ? { is: () => false } : type,
    ]);
    this.#types = {
      ...Object.fromEntries(earlier),
      [name]: isaCheck === undefined ? { class: cls } : { is: isaCheck },
    };
    this.#authorizer = undefined;
  }

  registerConstant(value: unknown, name: string): void {
    if (builtIns.has(name)) throw new Error(`'${name}' is built in`);
    const { [name]: _replaced, ...types } = this.#types;
    this.#types = types;
    this.#constants = { ...this.#constants, [name]: value };
    this.#authorizer = undefined;
  }

  async loadStr(policy: string): Promise<void> {
    if (this.#policy !== '') throw new Error('all Polar code must be loaded at the same time');
    this.#authorizer = this.#load(policy, (warning) => {
      // oxlint-disable-next-line no-console -- the runner captures it
      if (osoWarnings.has(warning.code))
        console.warn(
          '[warning]',
          `${warning.message}${warning.line === undefined ? '' : ` at line ${warning.line}`}`,
        );
    });
    try {
      await this.#authorizer;
      this.#policy = policy;
    } catch (error) {
      this.#authorizer = undefined;
      throw error;
    }
  }

  clearRules(): void {
    this.#policy = '';
    this.#authorizer = undefined;
  }

  async *query(text: string, options: QueryOptions = {}): AsyncGenerator<ReadonlyMap<string, unknown>> {
    yield* (await this.#current()).query(text, options);
  }

  async *queryRule(...args: readonly unknown[]): AsyncGenerator<ReadonlyMap<string, unknown>> {
    const [first] = args;
    const [options, name, ...rest] = (typeof first === 'object' ? args : [{}, ...args]) as [
      QueryOptions,
      string,
      ...unknown[],
    ];
    yield* (await this.#current()).queryRule(name, rest, options);
  }

  async queryRuleOnce(name: string, ...args: readonly unknown[]): Promise<boolean> {
    for await (const _answer of (await this.#current()).queryRule(name, args, { acceptExpression: true }))
      return true;
    return false;
  }

  async isAllowed(actor: unknown, action: unknown, resource: unknown): Promise<boolean> {
    return (await this.#current()).isAllowed(actor, action as string, resource);
  }

  async authorize(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: { checkRead?: boolean } = {},
  ): Promise<void> {
    await this.#withCustomErrors(async (authorizer) =>
      authorizer.authorize(actor, action as string, resource, options),
    );
  }

  async authorizeRequest(actor: unknown, request: unknown): Promise<void> {
    await this.#withCustomErrors(async (authorizer) => authorizer.authorizeRequest(actor, request));
  }

  async authorizeField(actor: unknown, action: unknown, resource: unknown, field: unknown): Promise<void> {
    await this.#withCustomErrors(async (authorizer) =>
      authorizer.authorizeField(actor, action as string, resource, field as string),
    );
  }

  async authorizedActions(
    actor: unknown,
    resource: unknown,
    options: { allowWildcard?: boolean } = {},
  ): Promise<Set<unknown>> {
    return (await this.#current()).authorizedActions(actor, resource, options);
  }

  async authorizedFields(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: { allowWildcard?: boolean } = {},
  ): Promise<Set<unknown>> {
    return (await this.#current()).authorizedFields(actor, action as string, resource, options);
  }

  setDataFilteringAdapter(): void {
    throw new Error('this engine does not support data filtering');
  }

  /** Runs a check, and replaces its refusals by the error classes of the options. */
  async #withCustomErrors(check: (authorizer: Authorizer) => Promise<unknown>): Promise<void> {
    try {
      await check(await this.#current());
    } catch (error) {
      const { notFoundError, forbiddenError } = this.#options;
      if (isNotFoundError(error) && notFoundError !== undefined) throw new notFoundError();
      if (isForbiddenError(error) && forbiddenError !== undefined) throw new forbiddenError();
      throw error;
    }
  }

  #current(): Promise<Authorizer> {
    return (this.#authorizer ??= this.#load(this.#policy, () => {}));
  }

  #load(policy: string, onWarning: (warning: Diagnostic) => void): Promise<Authorizer> {
    const { equalityFn, readAction } = this.#options;
    const options: AuthorizerOptions = {
      // The name marks the policy as text, because a short text alone could be a file name.
      policies: { name: 'policy', source: policy },
      types: this.#types,
      constants: this.#constants,
      equality: equalityFn ?? 'deep',
      onWarning,
      print: () => {},
      ...(readAction ? { readAction } : {}),
    };
    return Authorizer.load(options);
  }
}
