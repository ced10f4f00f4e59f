import type { DataOf } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { diagnostic } from '../diagnostics/report.js';
import { isPolarError } from '../diagnostics/polar-error.js';
import type { GrantAnalysis } from '../analysis/grant-analysis.js';
import { untypedObject, type AbstractValue, type ConcreteCases } from '../analysis/abstract-value.js';
import type { TypeSet, TypeSets } from '../host/type-set.js';
import { describeValue } from '../internal/describe-value.js';
import { nearNames } from '../internal/near-names.js';
import { type DeclaredType, TypeToken } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import { tagVersion } from '../types/typed.js';
import { actionName } from './action-name.js';
import { explainUntyped, type Expected } from './untyped-value.js';

/** A rule that decisions query, with the positions of its arguments. */
const positions = {
  allow: { actor: 0, action: 1, resource: 2, arity: 3 },
  allow_field: { actor: 0, action: 1, resource: 2, arity: 4 },
  allow_request: { actor: 0, action: undefined, resource: 1, arity: 2 },
} as const;
export type DecisionRule = keyof typeof positions;

/** The abstract value of one argument; undefined for an argument that may be any value. */
type Argument = ((cases: ConcreteCases) => AbstractValue) | undefined;

/**
 * The number of places that are stored. Above it, advice stops, so that the memory does not grow with the values that clients send.
 */
const maxPlaces = 2_000;
/** The number of types or actions that one message lists. */
const maxListed = 5;

/** The argument that represents every action in an enumeration. */
export const everyAction = Symbol('every action');

interface Denial {
  readonly rule: DecisionRule;
  readonly actor: unknown;
  readonly actorTypes: TypeSet;
  readonly action: unknown;
  readonly resource: unknown;
  readonly resourceTypes: TypeSet;
}

/**
 * Explains denials that a mistake in the call has probably caused: an actor or a resource of no declared type, an action that no
 * rule names, arguments in the wrong order. Each place (an action with two kinds of values) is explained once.
 */
export class DenialAdvice {
  /** The kinds of values of the explained denials, by rule and action. */
  readonly #places = {
    allow: new Map<string, Set<number | string>>(),
    allow_field: new Map<string, Set<number | string>>(),
    allow_request: new Map<string, Set<number | string>>(),
  };
  #placeCount = 0;
  /** The explained denials of `allow` whose arguments are instances of registered classes: by actor, action and resource. */
  readonly #explained = new Map<object, Map<string, Set<object>>>();
  #tags = tagVersion();

  constructor(
    readonly typeSets: TypeSets,
    readonly analysis: GrantAnalysis,
    /** Returns the strings that the policy contains. */
    readonly literals: () => readonly string[],
  ) {}

  /**
   * Returns whether a denial of `allow` has certainly been explained. It is fast, because every denial calls it.
   *
   * @throws the error of a proxy that throws
   */
  isExplained(actor: unknown, action: unknown, resource: unknown): boolean {
    if (this.#placeCount >= maxPlaces) return true;
    if (typeof actor !== 'object' || actor === null || typeof resource !== 'object' || resource === null)
      return false;
    const actions = this.#explained.get(Object.getPrototypeOf(actor) as object);
    return (
      actions?.get(action as string)?.has(Object.getPrototypeOf(resource) as object) === true &&
      this.#tags === tagVersion() &&
      !Array.isArray(actor) &&
      !Array.isArray(resource)
    );
  }

  /** Stores a denial for `isExplained`, if the classes of its arguments determine the advice. */
  #noteClasses({ actor, actorTypes, action, resource, resourceTypes }: Denial): void {
    if (!actorTypes.isInstance || !resourceTypes.isInstance) return;
    // Longer actions are stored by a part of their text.
    if (typeof action !== 'string' || action !== actionName(action)) return;
    const { typeSets } = this;
    const [by, on] = [typeSets.prototypeOf(actor as object), typeSets.prototypeOf(resource as object)];
    // Only registered classes, because the number of other classes has no limit.
    if (!typeSets.determines(by, actorTypes) || !typeSets.determines(on, resourceTypes)) return;
    if (this.#tags !== tagVersion()) this.#explained.clear();
    this.#tags = tagVersion();
    let actions = this.#explained.get(by!);
    if (actions === undefined) this.#explained.set(by!, (actions = new Map<string, Set<object>>()));
    let resources = actions.get(action);
    if (resources === undefined) actions.set(action, (resources = new Set()));
    resources.add(on!);
  }

  /** Returns the warnings about a denial, if its place is new. */
  about(rule: DecisionRule, args: readonly unknown[]): readonly Diagnostic[] {
    if (this.#placeCount >= maxPlaces) return nothing;
    try {
      return this.#about(rule, args);
    } catch (error) {
      if (isPolarError(error) && error.code === 'POLAR_RUN_UNKNOWN_TAG')
        return this.#isNew(rule, '', error.message)
          ? [warning('POLAR_RUN_UNKNOWN_TAG', error.data as DataOf<'POLAR_RUN_UNKNOWN_TAG'>)]
          : [];
      // Predicates of the application may throw. Advice never changes a result.
      return [];
    }
  }

  #about(rule: DecisionRule, args: readonly unknown[]): readonly Diagnostic[] {
    const at = positions[rule];
    const actor = args[at.actor];
    const action = at.action === undefined ? everyAction : args[at.action];
    const resource = args[at.resource];
    const actorTypes = this.typeSets.of(actor);
    const resourceTypes = this.typeSets.of(resource);
    const place =
      actorTypes.isRegistered && resourceTypes.isRegistered
        ? actorTypes.id * 2 ** 20 + resourceTypes.id
        : `${kindOf(actor, actorTypes)} ${kindOf(resource, resourceTypes)}`;
    const denial: Denial = { rule, actor, actorTypes, action, resource, resourceTypes };
    if (this.#isNew(rule, actionName(action), place)) return this.#explain(denial);
    if (rule === 'allow') this.#noteClasses(denial);
    return nothing;
  }

  #isNew(rule: DecisionRule, action: string, place: number | string): boolean {
    let places = this.#places[rule].get(action);
    if (places?.has(place) === true) return false;
    if (places === undefined) this.#places[rule].set(action, (places = new Set()));
    places.add(place);
    this.#placeCount++;
    return true;
  }

  #explain(denial: Denial): Diagnostic[] {
    const { rule, actor, action, resource } = denial;
    const by = this.#knownOf(actor, denial.actorTypes);
    const on = this.#knownOf(resource, denial.resourceTypes);
    const what = action === everyAction ? undefined : this.#knownOf(action, this.typeSets.of(action), true);
    // The narrowest question first: usually, the answer implies those to the others.
    const isResourceWrong = !this.#may(rule, undefined, what, on);
    // A policy that allows nothing at all is not a mistake in the call.
    if (isResourceWrong && !this.#may(rule, undefined, undefined, undefined)) return [];
    if (isResourceWrong && !this.#may(rule, undefined, what, undefined))
      return this.#explainAction(denial, by);
    if (isResourceWrong && rule !== 'allow_request' && this.#may(rule, on, what, by) && !isEmpty(actor))
      return [
        warning('POLAR_DENIED_ARGUMENT_ORDER', {
          given: 'the actor of the rules is the third argument, and the resource the first',
        }),
      ];
    const found: (Diagnostic | undefined)[] = [];
    if (isResourceWrong) found.push(this.#explainResource(denial, what));
    if (actor !== null && !denial.actorTypes.isRegistered && !this.#may(rule, by, what, undefined))
      found.push(this.#explainActor(denial, what));
    return found.filter((one) => one !== undefined);
  }

  #explainAction({ rule, actor, action }: Denial, by: Argument): Diagnostic[] {
    if (typeof actor === 'string' && this.#may(rule, undefined, by, undefined))
      return [
        warning('POLAR_DENIED_ARGUMENT_ORDER', {
          given: `the action ${JSON.stringify(actionName(actor))} is the first argument`,
        }),
      ];
    if (typeof action !== 'string') {
      const advice = Array.isArray(action)
        ? 'check one action at a time, or list them with actions(actor, resource)'
        : 'pass its name as the second argument';
      return [warning('POLAR_DENIED_ACTION', { found: describeValue(action), advice })];
    }
    const isGrantable = (name: string): boolean =>
      this.#may(rule, undefined, (known) => [known.value(name)], undefined);
    const near = nearNames(action, this.literals()).filter(isGrantable);
    const known = near.length > 0 ? [] : this.#firstGrantable(isGrantable);
    return near.length === 0 && known.length === 0
      ? []
      : [warning('POLAR_DENIED_UNKNOWN_ACTION', { action: actionName(action), near, known })];
  }

  #firstGrantable(isGrantable: (name: string) => boolean): string[] {
    const known: string[] = [];
    for (const literal of this.literals().slice(0, 1_000)) {
      if (!isGrantable(literal)) continue;
      known.push(literal);
      if (known.length === maxListed) break;
    }
    return known;
  }

  #explainResource(denial: Denial, what: Argument): Diagnostic | undefined {
    const { rule, resource, resourceTypes } = denial;
    const instances = this.#typesFor((type) =>
      this.#may(rule, undefined, what, (known) => [known.exact(type)]),
    );
    const types = this.#typesFor((type) =>
      this.#may(rule, undefined, what, (known) => [known.value(type.value)]),
    );
    if (resourceTypes.isRegistered) return this.#explainInstance(denial, types);
    return this.#untyped(denial, resource, {
      argument: nameOfResource(rule),
      action: shownAction(denial.action),
      instances,
      types,
    });
  }

  /** An instance where the rules expect the type itself: `can(user, 'create', new Note())`. */
  #explainInstance(
    { rule, action, resourceTypes }: Denial,
    types: readonly string[],
  ): Diagnostic | undefined {
    for (const { name } of resourceTypes.types) {
      if (!types.includes(name)) continue;
      const isClass = this.typeSets.types.find(name)?.class !== undefined;
      return warning('POLAR_DENIED_UNTYPED', {
        rule,
        argument: 'resource',
        action: shownAction(action),
        found: `an instance of \`${name}\``,
        expected: `the type ${name} itself`,
        advice: `pass ${isClass ? `the class \`${name}\`` : `authorizer.type('${name}')`}`,
      });
    }
    return undefined;
  }

  #explainActor(denial: Denial, what: Argument): Diagnostic | undefined {
    const { rule, actor, action } = denial;
    const instances = this.#typesFor((type) =>
      this.#may(rule, (known) => [known.exact(type)], what, undefined),
    );
    return this.#untyped(denial, actor, {
      argument: 'actor',
      action: shownAction(action),
      instances,
      types: [],
    });
  }

  #untyped({ rule }: Denial, value: unknown, expected: Expected): Diagnostic | undefined {
    const { argument, action, instances, types } = expected;
    if (instances.length === 0 && types.length === 0) return undefined;
    return warning('POLAR_DENIED_UNTYPED', {
      rule,
      argument,
      action,
      expected: listed([...instances, ...types.map((name) => `the type ${name} itself`)]),
      ...explainUntyped(value, expected, this.typeSets),
    });
  }

  #typesFor(mayBe: (type: DeclaredType) => boolean): string[] {
    return [...this.typeSets.types.types]
      .filter((type) => !type.builtIn && mayBe(type))
      .map(({ name }) => name);
  }

  /** Returns whether the rule may hold for arguments with these abstract values. */
  #may(rule: DecisionRule, actor: Argument, action: Argument, resource: Argument): boolean {
    const at = positions[rule];
    return this.analysis.mayHold(rule, (cases) => {
      const args: AbstractValue[] = Array.from({ length: at.arity }, () => 'anything');
      if (actor !== undefined) args[at.actor] = actor(cases);
      if (action !== undefined && at.action !== undefined) args[at.action] = action(cases);
      if (resource !== undefined) args[at.resource] = resource(cases);
      return args;
    });
  }

  /** @param isLiteral whether the text of a string counts, as that of an action does */
  #knownOf(value: unknown, types: TypeSet, isLiteral = false): Argument {
    const registered = [...types.types].filter((type) => !type.builtIn);
    const [nearest] = registered;
    if (nearest !== undefined) {
      const ancestors = this.typeSets.types.ancestorsOf(nearest);
      const isOfOne = registered.every((type) => ancestors.includes(type));
      return (known) =>
        isOfOne ? [known.exact(nearest)] : registered.map((type) => known.instance(type, true));
    }
    if (value === null || value === undefined) return (known) => [known.value(null)];
    if (typeof value === 'string' && isLiteral) return (known) => [known.value(value)];
    if (this.#isTypeItself(value)) return (known) => [known.value(value)];
    const builtIn = [...types.types].filter(({ name }) => name !== 'Dictionary');
    return builtIn.length > 0
      ? (known) => builtIn.map((type) => known.instance(type, true))
      : (known) => [known.value(untypedObject)];
  }

  #isTypeItself(value: unknown): boolean {
    if (value instanceof TypeToken) return this.typeSets.types.find(value.name) !== undefined;
    return (
      typeof value === 'function' && this.typeSets.types.findByClass(value as unknown as Class) !== undefined
    );
  }
}

const nameOfResource = (rule: DecisionRule): 'resource' | 'request' =>
  rule === 'allow_request' ? 'request' : 'resource';

const shownAction = (action: unknown): string | undefined =>
  typeof action === 'string' ? actionName(action) : undefined;

const nothing: readonly Diagnostic[] = [];

const isEmpty = (value: unknown): boolean => value === null || value === undefined;

/** Returns the same key for values with the same explanation. The key does not contain their contents. */
function kindOf(value: unknown, types?: TypeSet): string {
  if (types?.isRegistered === true) return String(types.id);
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? describeValue(value).slice(0, 100)
    : value === null
      ? 'null'
      : typeof value;
}

function listed(names: readonly string[]): string {
  const more = names.length - maxListed;
  const shown = names.slice(0, maxListed).join(' or ');
  return more > 0 ? `${shown} or ${more} more` : shown;
}

const warning = <C extends Diagnostic['code']>(code: C, data: Diagnostic<C>['data']): Diagnostic =>
  diagnostic('warning', code, data, undefined) as Diagnostic;
