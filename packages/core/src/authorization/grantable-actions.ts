import { oneOf, type ConcreteCase, type ConcreteCases } from '../analysis/abstract-value.js';
import type { GrantAnalysis } from '../analysis/grant-analysis.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { handsOn, referenceTo, type RuleReference } from '../engine/proof.js';
import { nearNames } from '../internal/near-names.js';
import type { Goal, Rule } from '../ir/goal.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import { findType, type TypeReference } from './find-type.js';
import type { GrantableOptions } from './query-options.js';
import { validateArgument, isText } from './validate-options.js';
import { actionsOf, allowsEveryAction, type PolicyVocabulary } from './vocabulary.js';

/** The actions that the rules of one loaded policy can allow. */
export class GrantableActions {
  constructor(
    readonly analysis: GrantAnalysis,
    /** Returns the strings that the policy contains. */
    readonly literals: () => readonly string[],
    readonly types: TypeTable,
    readonly vocabulary: () => PolicyVocabulary,
  ) {}

  has(action: string, resource: TypeReference | undefined, options: GrantableOptions): boolean {
    if (resource === undefined) return this.analysis.forAnything(action);
    const type = findType(this.types, 'policy.grants(action, resource)', resource);
    return (
      (options.resource !== 'type' && this.analysis.forInstance(action, type)) ||
      (options.resource !== 'instance' &&
        this.analysis.forValue(action, typeof resource === 'function' ? resource : type.value))
    );
  }

  /** @throws {PolarError} `POLAR_TYPE_NOT_GRANTABLE` */
  require(action: string, resource: TypeReference | undefined, options: GrantableOptions): void {
    if (this.has(action, resource, options)) return;
    const call = 'policy.requireGrant(action, resource)';
    validateArgument(call, action, "an action, such as 'read'", isText);
    const near = nearNames(action, this.literals()).filter((name) => this.has(name, resource, options));
    const type = resource === undefined ? undefined : findType(this.types, call, resource).name;
    throw new PolarError('POLAR_TYPE_NOT_GRANTABLE', { action, type, resource: options.resource, near });
  }

  /** Returns whether the vocabulary contains the action, for instances of a type or for anything. */
  isNamed(action: unknown, resource: TypeReference | undefined): boolean {
    if (typeof action !== 'string') return false;
    const { types, otherActions } = this.vocabulary();
    if (resource === undefined)
      return (
        otherActions.includes(action) ||
        types.some((type) => actionsOf(type).includes(action) || allowsEveryAction(type))
      );
    const { name } = findType(this.types, 'isAction(action, resource)', resource);
    return types.some(({ type, actions }) => type === name && (actions?.includes(action) ?? true));
  }

  /**
   * Lists the rules that can allow the action, in the order of the policy. The rules of `has_permission` replace a rule that only calls
   * `has_permission`.
   */
  rules(
    action: string,
    resource: TypeReference | undefined,
    options: GrantableOptions,
  ): readonly RuleReference[] {
    const type =
      resource === undefined
        ? undefined
        : findType(this.types, 'policy.rulesFor(action, resource)', resource);
    const rulesOf = (name: string): readonly Rule[] =>
      this.analysis.rulesThatMayHold(name, (cases) => [
        'anything',
        [cases.value(action)],
        type === undefined ? 'anything' : oneOf(this.#casesOf(type, resource, options, cases)),
      ]);
    const allowing = rulesOf('allow');
    const delegating = allowing.filter(({ body }) => body.some(callsPermission));
    const rules = [
      ...allowing.filter((rule) => !handsOn(rule) || !delegating.includes(rule)),
      ...(delegating.length > 0 ? rulesOf('has_permission') : []),
    ];
    return rules.toSorted((a, b) => a.id - b.id).map(referenceTo);
  }

  /** Returns the instances of a type and of its subtypes, and the type itself. */
  #casesOf(
    type: DeclaredType,
    resource: TypeReference | undefined,
    options: GrantableOptions,
    cases: ConcreteCases,
  ): ConcreteCase[] {
    const subtypes = [...this.types.types].filter((other) => this.types.isSubtype(other, type));
    return [
      ...(options.resource === 'type' ? [] : subtypes.map((each) => cases.exact(each))),
      ...(options.resource === 'instance'
        ? []
        : [cases.value(typeof resource === 'function' ? resource : type.value)]),
    ];
  }

  /** Lists the actions in alphabetical order. */
  list(resource: TypeReference | undefined, options: GrantableOptions): readonly string[] {
    return this.literals()
      .filter((literal) => this.has(literal, resource, options))
      .toSorted();
  }
}

const callsPermission = (goal: Goal): boolean =>
  goal.kind === 'call' && goal.predicate.name === 'has_permission' && goal.args.length === 3;
