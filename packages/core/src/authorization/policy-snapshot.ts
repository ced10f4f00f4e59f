import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { RuleReference } from '../engine/proof.js';
import type { Bindings } from '../engine/query/query-run.js';
import type { Explanation } from '../explanation/explanation.js';
import type { NamedPolicy } from '../policy/policy-source.js';
import type { ActionOnRows, AnyAction, GrantablePermission } from '../types/policy-types.js';
import { typeSignature } from '../types/type-signature.js';
import type { TypeReference } from './find-type.js';
import { grantablePermissions, validateGrants } from './grantable-permissions.js';
import type { LoadedPolicy } from './loaded-policy.js';
import type { CheckOptions, ExplainQueryOptions, GrantableOptions, QueryOptions } from './query-options.js';
import type { QueryRunner } from './query-runner.js';
import type { PolicyVocabulary } from './vocabulary.js';
import { withoutFacts } from './without-facts.js';

/**
 * A policy that an authorizer has loaded: its version, its rules, and the actions that they can grant. After a reload, `authorizer.policy` is
 * another object, and this one still describes the earlier policy.
 *
 * @example
 * const { hash, warnings } = authorizer.policy;
 */
export class PolicySnapshot {
  readonly #loaded: LoadedPolicy;

  /** @internal use `authorizer.policy` */
  constructor(loaded: LoadedPolicy) {
    this.#loaded = loaded;
  }

  /** The content hash of the policy. Decisions contain it. */
  get hash(): string {
    return this.#loaded.version.hash;
  }

  /** The label of the policy: the option `version` of `load` or `reload`. Decisions contain it. */
  get version(): string | undefined {
    return this.#loaded.version.version;
  }

  /** The texts of the policy, with their names if they have any. `reload` and `Authorizer.load` accept them. */
  get sources(): readonly (string | NamedPolicy)[] {
    const { sources } = this.#loaded.context.program.policy;
    return sources.map(({ name, text }) => (name === undefined ? text : { name, source: text }));
  }

  /**
   * Describes each declared type and each constant, by name. A policy that loads with one authorizer loads with another one whose signature
   * is the same.
   */
  get signature(): Readonly<Record<string, string>> {
    return typeSignature(this.#loaded.context.program.types);
  }

  /** The engine that decides checks: compiled source, closures, or the machine alone. */
  get engine(): 'source' | 'closures' | 'machine' {
    return this.#loaded.compiled?.kind ?? 'machine';
  }

  /** The warnings about the policy. */
  get warnings(): readonly Diagnostic[] {
    return this.#loaded.warnings;
  }

  /** The names of the rules. */
  get rules(): readonly string[] {
    const predicates = [...this.#loaded.context.program.predicates.values()];
    return predicates.filter((predicate) => predicate.isDefined).map((predicate) => predicate.name);
  }

  /** Returns whether the policy has a rule of this name. */
  hasRule(name: string): boolean {
    return this.#loaded.context.program.predicates.get(name)?.isDefined === true;
  }

  /**
   * Returns whether a rule can grant the action. Use it when an application starts, to find misspelled actions and types. It reads only the
   * rules, and calls no code of the application.
   *
   * @param action as written in the policy
   * @param resource a type: its name, its class, or the result of `authorizer.type(name)`. Default: any resource
   * @returns `false` only when `allow(actor, action, resource)` certainly holds for no actor, neither on an instance of the type nor
   *   on the type itself
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * authorizer.policy.grants('reads', Repository); // false
   */
  grants(action: string, resource?: TypeReference, options: GrantableOptions = {}): boolean {
    return this.#loaded.grantable.has(action, resource, options);
  }

  /**
   * Throws if no rule can grant the action: `grants`, with an error that names similar actions.
   *
   * @throws {PolarError} `POLAR_TYPE_NOT_GRANTABLE`, `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * authorizer.policy.requireGrant('reads', Repository); // no rule can allow "reads" on a Repository; did you mean "read"?
   */
  requireGrant(action: string, resource?: TypeReference, options: GrantableOptions = {}): void {
    this.#loaded.grantable.require(action, resource, options);
  }

  /**
   * Lists the actions that a rule can grant, in alphabetical order. It contains the actions that the policy names, but not those that
   * only the data names (`action in user.actions`).
   *
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * authorizer.policy.actions(Repository); // ['delete', 'read']
   */
  actions(resource?: TypeReference, options: GrantableOptions = {}): readonly string[] {
    return this.#loaded.grantable.list(resource, options);
  }

  /**
   * Lists the rules that can grant an action, in the order of the policy: rules of `allow`, and of `has_permission` if a rule of `allow`
   * calls it. It reads only the rules, and calls no code of the application.
   *
   * @param resource a type: its name, its class, or the result of `authorizer.type(name)`. Default: any resource
   * @returns the rules with their places; `[]` only when `grants` is certainly `false`
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * for (const { file, line, text } of authorizer.policy.rulesFor('read', Note)) console.log(`${file}:${line} ${text}`);
   */
  rulesFor(
    action: string,
    resource?: TypeReference,
    options: GrantableOptions = {},
  ): readonly RuleReference[] {
    return this.#loaded.grantable.rules(action, resource, options);
  }

  /**
   * Returns whether a value is an action that the policy names, and that a rule can grant: on instances of a type, or on anything. Use it
   * for texts from outside, such as the action in a request, where the types of `nanook typegen` require an action.
   *
   * @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE`
   * @example
   * if (authorizer.policy.isAction(text, 'Note')) await authorizer.authorize(user, text, note);
   */
  isAction(action: unknown): action is AnyAction;
  isAction<Type extends TypeReference>(action: unknown, resource: Type): action is ActionOnRows<Type>;
  isAction(action: unknown, resource?: TypeReference): boolean {
    return this.#loaded.grantable.isNamed(action, resource);
  }

  /**
   * Lists the permissions that customers may put into roles of their own: those of the facts `grantable("read");`. `nanook typegen` writes them
   * as a type.
   */
  get grantablePermissions(): readonly GrantablePermission[] {
    return grantablePermissions(this.#loaded.context.program.policy) as readonly GrantablePermission[];
  }

  /**
   * Checks the permissions of a role that a customer makes, for example those in a request.
   *
   * @param permissions any value
   * @returns the permissions, each once
   * @throws {PolarError} `POLAR_TYPE_INVALID_GRANTS` for anything but a list of grantable permissions; `data.refused` has the others
   * @example
   * await db.insert(roles).values({ name, permissions: authorizer.policy.validateGrants(req.body.permissions) });
   */
  validateGrants(permissions: unknown): readonly GrantablePermission[] {
    return validateGrants(this.grantablePermissions, permissions) as readonly GrantablePermission[];
  }

  /**
   * Lists the names with which an application calls the checks of each declared type: actions, fields and roles. It reads only the rules,
   * and calls no code of the application. `nanook typegen` writes them as types.
   *
   * @example
   * const note = authorizer.policy.vocabulary().types.find(({ type }) => type === 'Note');
   */
  vocabulary(): PolicyVocabulary {
    return this.#loaded.grantable.vocabulary();
  }

  /** Returns the names of the declared types of a value, most specific first. */
  typesOf(value: unknown): readonly string[] {
    return [...this.#loaded.context.typeSets.of(value).types].map(({ name }) => name);
  }

  /**
   * Runs a query in Polar. Its answers come as they are found. Leaving the loop early ends the query.
   *
   * @throws {PolicyError} immediately, for a syntax error
   * @example
   * for await (const answer of authorizer.policy.query('has_role(user, name, repo)', { bindings: { user, repo } })) answer.get('name');
   */
  query(text: string, options: QueryOptions = {}): AsyncGenerator<Bindings, void, undefined> {
    return this.#queriesFor(options).query(text, withoutFacts(options));
  }

  /**
   * Queries one rule. The answers contain the values of each `QueryVariable` among the arguments.
   *
   * @example
   * for await (const answer of authorizer.policy.queryRule('has_role', [user, new QueryVariable('name'), repo])) answer.get('name');
   */
  queryRule(
    name: string,
    args: readonly unknown[],
    options: QueryOptions = {},
  ): AsyncGenerator<Bindings, void, undefined> {
    return this.#queriesFor(options).queryRule(name, args, withoutFacts(options));
  }

  /**
   * Explains the first answer of a query in Polar, or why it has none.
   *
   * @throws {PolicyError} for a syntax error
   * @example
   * await authorizer.policy.explainQuery('has_role(user, "owner", repo)', { bindings: { user, repo } });
   */
  async explainQuery(text: string, options: ExplainQueryOptions = {}): Promise<Explanation> {
    return this.#queriesFor(options).explainText(text, withoutFacts(options));
  }

  /** Returns the runner for a query, which can have facts of its own. */
  #queriesFor(options: CheckOptions | null): QueryRunner {
    const facts = options?.facts;
    return facts === undefined ? this.#loaded.queries : this.#loaded.withFacts(facts).queries;
  }
}
