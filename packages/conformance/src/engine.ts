// The class `Oso` of oso, which the corpus calls, implemented with the public API of @nanook/core. It is for the test runner only.
import {
  Authorizer,
  Expression,
  ForbiddenError,
  isForbiddenError,
  isNotFoundError,
  NotFoundError,
  many,
  one,
  QueryVariable as Variable,
  type AuthorizerOptions,
  type Class,
  type Code,
  type Diagnostic,
  type EngineChoice,
  type FieldTypeInput,
  type RelationInput,
  type TypeDeclaration,
} from '@nanook/core';
import { authorizerIn, type Authorizer as AnyAuthorizer } from '@nanook/core/compat';
import { toClassicFilter, type ClassicFilter } from '@nanook/core/filter';

export { Expression, ForbiddenError, NotFoundError, Variable };

/** Declares a relation of a data filtering case. */
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
  readonly fields?: Readonly<Record<string, Class | Relation>>;
}
interface DataFilteringAdapter {
  buildQuery(filter: ClassicFilter): unknown;
  executeQuery(query: unknown): Promise<readonly unknown[]>;
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

/** Declares the columns and relations of a class. oso joins related rows, so it takes for granted that they exist. */
function columnsOf(fields: ClassParams['fields']): TypeDeclaration {
  if (fields === undefined) return {};
  const names = new Map<Class | Relation, string>([
    [String, 'String'],
    [Number, 'Float'],
    [Boolean, 'Boolean'],
  ]);
  const columns: Record<string, FieldTypeInput> = {};
  const relations: Record<string, RelationInput> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field instanceof Relation) {
      const keys = { local: field.myField, foreign: field.otherField };
      relations[name] =
        field.kind === 'one'
          ? one(field.otherType, { ...keys, enforced: true })
          : many(field.otherType, keys);
    } else columns[name] = names.get(field)!;
  }
  return { key: 'id', fields: columns, relations };
}

export class Oso {
  /** The dialect of the policies. */
  protected readonly dialect: 'nanook' | 'oso' = 'nanook';
  protected readonly engine: EngineChoice = 'auto';
  readonly #options: OsoOptions;
  #types: Record<string, TypeDeclaration> = {};
  #constants: Record<string, unknown> = {};
  #policy = '';
  #authorizer: Promise<AnyAuthorizer> | undefined;
  #adapter: DataFilteringAdapter | undefined;

  constructor(options: OsoOptions = {}) {
    this.#options = options;
  }

  registerClass(cls: Class, { name = cls.name, isaCheck, fields }: ClassParams = {}): void {
    if (typeof cls !== 'function') throw new TypeError(`${String(cls)} is not a constructor`);
    if (builtIns.has(name) || name in this.#types || name in this.#constants)
      throw new Error(`'${name}' is registered already`);
    // If a class has several names, oso matches its instances with the last name only.
    const earlier = Object.entries(this.#types).map(([other, type]) => [
      other,
      type.class === cls && this.dialect === 'nanook' ? { is: () => false } : type,
    ]);
    this.#types = {
      ...Object.fromEntries(earlier),
      [name]: this.#typeOf(cls, isaCheck, fields),
    };
    for (const [field, relation] of Object.entries(fields ?? {}))
      if (relation instanceof Relation) this.#loadOnRead(cls, field, relation);
    this.#authorizer = undefined;
  }

  #typeOf(cls: Class, isaCheck: ClassParams['isaCheck'], fields: ClassParams['fields']): TypeDeclaration {
    if (isaCheck === undefined) return { class: cls, ...columnsOf(fields) };
    // In Nanook's dialect a type has a class or a predicate.
    return this.dialect === 'oso' ? { class: cls, is: isaCheck } : { is: isaCheck };
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
    yield* (await this.#current()).policy.query(text, options);
  }

  async *queryRule(...args: readonly unknown[]): AsyncGenerator<ReadonlyMap<string, unknown>> {
    const [first] = args;
    const [options, name, ...rest] = (typeof first === 'object' ? args : [{}, ...args]) as [
      QueryOptions,
      string,
      ...unknown[],
    ];
    yield* (await this.#current()).policy.queryRule(name, rest, options);
  }

  async queryRuleOnce(name: string, ...args: readonly unknown[]): Promise<boolean> {
    for await (const _answer of (await this.#current()).policy.queryRule(name, args, {
      acceptExpression: true,
    }))
      return true;
    return false;
  }

  async isAllowed(actor: unknown, action: unknown, resource: unknown): Promise<boolean> {
    return (await this.#current()).can(actor, action as string, resource);
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
    return (await this.#current()).actions(actor, resource, options);
  }

  async authorizedFields(
    actor: unknown,
    action: unknown,
    resource: unknown,
    options: { allowWildcard?: boolean } = {},
  ): Promise<Set<unknown>> {
    return (await this.#current()).fields(actor, action as string, resource, options);
  }

  setDataFilteringAdapter(adapter: DataFilteringAdapter): void {
    this.#adapter = adapter;
  }

  async authorizedResources(actor: unknown, action: unknown, cls: Class): Promise<readonly unknown[]> {
    const authorizer = await this.#current();
    const condition = await authorizer.where(actor, action as string, cls);
    return this.#execute(toClassicFilter(condition, { nan: 'absent' }));
  }

  async #execute(filter: ClassicFilter): Promise<readonly unknown[]> {
    if (this.#adapter === undefined) throw new Error('call setDataFilteringAdapter first');
    return this.#adapter.executeQuery(this.#adapter.buildQuery(filter));
  }

  /** Lets instances of a class load the related rows when a rule reads them, as oso does. */
  #loadOnRead(cls: Class, field: string, { kind, otherType, myField, otherField }: Relation): void {
    const execute = (filter: ClassicFilter) => this.#execute(filter);
    Object.defineProperty(cls.prototype, field, {
      configurable: true,
      async get(this: Readonly<Record<string, unknown>>) {
        const key = { typeName: otherType, fieldName: otherField };
        const value = this[myField] as string;
        const conditions = [[{ lhs: key, cmp: 'Eq', rhs: { value } } as const]];
        const rows = await execute({ model: otherType, relations: [], conditions });
        return kind === 'one' ? (rows[0] ?? null) : rows;
      },
    });
  }

  /** Runs a check, and replaces its refusals by the error classes of the options. */
  async #withCustomErrors(check: (authorizer: AnyAuthorizer) => Promise<unknown>): Promise<void> {
    try {
      await check(await this.#current());
    } catch (error) {
      const { notFoundError, forbiddenError } = this.#options;
      if (isNotFoundError(error) && notFoundError !== undefined) throw new notFoundError();
      if (isForbiddenError(error) && forbiddenError !== undefined) throw new forbiddenError();
      throw error;
    }
  }

  #current(): Promise<AnyAuthorizer> {
    return (this.#authorizer ??= this.#load(this.#policy, () => {}));
  }

  #load(policy: string, onWarning: (warning: Diagnostic) => void): Promise<AnyAuthorizer> {
    const { equalityFn, readAction } = this.#options;
    const options: AuthorizerOptions = {
      // The name marks the policy as text, because a short text alone could be a file name.
      policies: { name: 'policy', source: policy },
      types: this.#types,
      constants: this.#constants,
      engine: this.engine,
      ...(equalityFn ? { equality: equalityFn } : this.dialect === 'oso' ? {} : { equality: 'deep' }),
      onWarning,
      print: () => {},
      ...(readAction ? { readAction } : {}),
    };
    return this.createAuthorizer(options);
  }

  protected createAuthorizer(options: AuthorizerOptions): Promise<AnyAuthorizer> {
    return this.dialect === 'oso' ? authorizerIn({ dialect: 'oso' }).load(options) : Authorizer.load(options);
  }
}
