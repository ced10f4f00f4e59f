import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { diagnostic } from '../diagnostics/report.js';
import { textOf, type Span } from '../diagnostics/span.js';
import type { Goal, Parameter, Rule } from '../ir/goal.js';
import type { Program } from '../ir/program.js';
import type { Term } from '../ir/term.js';
import type { DeclaredType, FieldType } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import { findTag } from '../types/typed.js';
import { confusedKinds } from './value-kinds.js';

/** The number of checks of each action that are examined. */
const maxChecks = 100;
/** The number of actions that are counted, because a client may send any. */
const maxActions = 1_000;
/** The number of goals that are followed for one check. */
const maxGoals = 10_000;
/** The number of calls inside calls that are followed. */
const maxDepth = 10;
/** The number of elements of a list that are compared. */
const maxElements = 20;

/** A value that is known only when the policy runs: the result of a method, a promise, a getter. */
const unknown = Symbol('unknown');

/**
 * Finds comparisons of two values that probably mean the same but have different kinds, such as `1` and `'1'`. They are never equal, so `!=`
 * holds. It follows the rules of a finished check with the same arguments, without a choice between alternatives. It reads only own data
 * properties, so that it runs no code of the application, and it works only outside production.
 */
export class ComparedKinds {
  readonly #checks = new Map<string, number>();
  /** The places with a warning. */
  readonly #found = new Set<Span>();
  #goals = 0;
  /** The arguments of the calls that were followed in the current check, by the name of the rule. */
  readonly #followed = new Map<string, (readonly unknown[])[]>();

  constructor(
    readonly program: Program,
    readonly warn: (warning: Diagnostic) => void,
  ) {}

  /** Counts a check, and returns whether it is one of the first of its action. It is fast, because every check calls it. */
  isExamined(rule: string, action: unknown): boolean {
    const key = rule === 'allow' && typeof action === 'string' ? action : rule;
    const count = this.#checks.get(key) ?? 0;
    if (count >= maxChecks || (count === 0 && this.#checks.size >= maxActions)) return false;
    this.#checks.set(key, count + 1);
    return true;
  }

  /** Warns about the comparisons of a finished check. @throws the error of `onWarning` */
  examine(rule: string, args: readonly unknown[]): void {
    const found: Diagnostic[] = [];
    try {
      this.#goals = 0;
      this.#followed.clear();
      this.#call(rule, args, 0, found);
    } catch {
      // A proxy that throws: the rest of the check is not examined.
    }
    found.forEach(this.warn);
  }

  #call(name: string, args: readonly unknown[], depth: number, found: Diagnostic[]): void {
    const rules = this.program.predicates.get(name)?.byArity.get(args.length) ?? [];
    const { types } = this.program;
    const known = args.map((arg) => argumentOf(isPlain(arg) ? arg : unknown, types));
    for (const rule of rules) {
      if (!this.countGoal()) return;
      if (rule.parameters.every((parameter, i) => mayMatch(parameter, known[i]!)))
        new RuleWalk(this, rule, depth, found).run(known);
    }
  }

  /** Counts a goal, and returns whether there are more to follow. */
  countGoal(): boolean {
    return ++this.#goals < maxGoals;
  }

  follow(name: string, args: readonly unknown[], depth: number, found: Diagnostic[]): void {
    if (depth >= maxDepth) return;
    // Otherwise, the same rules would be followed again for each path that leads to them.
    const before = this.#followed.get(name) ?? [];
    if (before.some((others) => others.length === args.length && args.every((arg, i) => arg === others[i])))
      return;
    before.push(args);
    this.#followed.set(name, before);
    this.#call(name, args, depth + 1, found);
  }

  compare(left: unknown, right: unknown, span: Span, found: Diagnostic[]): void {
    const kinds = confusedKinds(left, right);
    if (kinds === undefined || this.#found.has(span)) return;
    this.#found.add(span);
    const data = { expression: expressionOf(span), left: kinds[0], right: kinds[1] };
    found.push(diagnostic('warning', 'POLAR_DATA_DIFFERENT_KINDS', data, span) as Diagnostic);
  }
}

/** Returns the text of a comparison: in a pattern, the field and the value. */
function expressionOf(span: Span): string {
  const [field = ''] = /\w+\s*:\s*$/.exec(span.source.text.slice(0, span.start)) ?? [];
  return field + textOf(span);
}

/** Follows one rule with the values of its arguments. */
class RuleWalk {
  readonly #values: unknown[];
  readonly #types: TypeTable;

  constructor(
    readonly kinds: ComparedKinds,
    readonly rule: Rule,
    readonly depth: number,
    readonly found: Diagnostic[],
  ) {
    this.#values = rule.slotNames.map(() => unknown);
    this.#types = kinds.program.types;
  }

  run(args: readonly Argument[]): void {
    const { parameters, body } = this.rule;
    for (const [i, parameter] of parameters.entries()) {
      this.#unify(parameter.term, args[i]!.value, parameter.span);
      this.#follow(parameter.goals);
    }
    this.#follow(body);
  }

  #follow(goals: readonly Goal[]): void {
    for (const goal of goals) {
      if (!this.kinds.countGoal()) return;
      this.#goal(goal);
    }
  }

  #goal(goal: Goal): void {
    switch (goal.kind) {
      case 'unify':
        this.#unify(goal.left, this.#valueOf(goal.right), goal.span);
        if (this.#valueOf(goal.right) === unknown) this.#set(goal.right, this.#valueOf(goal.left));
        return;
      case 'assign':
        this.#set(goal.variable, this.#valueOf(goal.value));
        return;
      case 'compare':
        if (goal.operator === '==' || goal.operator === '!=')
          this.kinds.compare(this.#valueOf(goal.left), this.#valueOf(goal.right), goal.span, this.found);
        return;
      case 'in':
        this.#member(goal.item, this.#elementsOf(goal.collection), goal.span);
        return;
      case 'lookup': {
        const key = this.#valueOf(goal.key);
        const value =
          typeof key === 'string' ? ownValue(this.#valueOf(goal.object), key, this.#types) : unknown;
        this.#unify(goal.result, value, goal.span);
        return;
      }
      case 'call':
        this.kinds.follow(
          goal.predicate.name,
          goal.args.map((arg) => this.#valueOf(arg)),
          this.depth,
          this.found,
        );
        return;
      case 'or':
        for (const alternative of goal.alternatives) this.#branch(alternative);
        return;
      case 'not':
        this.#branch(goal.operand);
        return;
      default:
      // The other goals compare nothing, and their results stay unknown.
    }
  }

  /** Follows goals whose variables have no value afterwards. */
  #branch(goals: readonly Goal[]): void {
    const before = [...this.#values];
    this.#follow(goals);
    before.forEach((value, slot) => (this.#values[slot] = value));
  }

  #unify(term: Term, value: unknown, span: Span): void {
    const known = this.#valueOf(term);
    if (known === unknown) this.#set(term, value);
    else this.kinds.compare(known, value, span, this.found);
  }

  /** Compares an item with the elements of a list. A variable without a value gets the first element. */
  #member(item: Term, elements: readonly unknown[], span: Span): void {
    const value = this.#valueOf(item);
    if (value === unknown) this.#set(item, elements[0] ?? unknown);
    else for (const element of elements) this.kinds.compare(value, element, span, this.found);
  }

  #elementsOf(collection: Term): readonly unknown[] {
    if (collection.kind === 'list') return collection.items.map((item) => this.#valueOf(item));
    const value = this.#valueOf(collection);
    return Array.isArray(value) ? value.slice(0, maxElements) : [];
  }

  #set(term: Term, value: unknown): void {
    if (term.kind === 'slot') this.#values[term.slot] = value;
  }

  #valueOf(term: Term): unknown {
    switch (term.kind) {
      case 'slot':
        return this.#values[term.slot];
      case 'constant':
        return term.value;
      default:
        return unknown;
    }
  }
}

/**
 * Returns the own data property of an object, without running a getter; otherwise `unknown`. A value whose type is tested when the policy reads
 * it is unknown if it has another form: it is converted, or undecided.
 */
function ownValue(object: unknown, key: string, types: TypeTable): unknown {
  if (typeof object !== 'object' || object === null) return unknown;
  const value: unknown = Object.getOwnPropertyDescriptor(object, key)?.value ?? unknown;
  const field = declaredTypes(object, types)
    ?.find(({ places }) => places.has(key))
    ?.places.get(key);
  return isPlain(value) && (field === undefined || fits(value, field.type, types)) ? value : unknown;
}

/** Returns whether a value is neither a promise nor a function. */
const isPlain = (value: unknown): boolean =>
  typeof value !== 'function' && (typeof value !== 'object' || value === null || !('then' in value));

/** The JavaScript types of the built-in types. */
const javaScriptTypes: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  Integer: 'number',
  Float: 'number',
  String: 'string',
};

/** Returns whether a value, and the values in it, are compared as they are. Decimals have several forms, which are compared as numbers. */
function fits(value: unknown, type: FieldType, types: TypeTable): boolean {
  switch (type.kind) {
    case 'named':
      return (
        (javaScriptTypes[type.name] ?? typeof value) === typeof value &&
        (hasOwnType(value, types) || types.find(type.name)!.places.size === 0)
      );
    case 'list':
      return type.of.kind === 'any';
    case 'one-of':
      return typeof value === 'string';
    case 'date':
      return typeof value === 'object';
    case 'decimal':
      return false;
    default:
      return true;
  }
}

/** Returns whether a value has a type without the field from which it was read. */
const hasOwnType = (value: unknown, types: TypeTable): boolean =>
  typeof value !== 'object' || value === null || declaredTypes(value, types) !== undefined;

/** Returns the types of an object that are known without a predicate, nearest first; undefined when there are none. */
function declaredTypes(object: object, types: TypeTable): readonly DeclaredType[] | undefined {
  const tag = findTag(object);
  const tagged = tag === undefined ? undefined : types.find(tag);
  if (tagged !== undefined) return types.ancestorsOf(tagged);
  const inherited = types.typesInherited(Object.getPrototypeOf(object) as object | null);
  return inherited.length > 0 ? inherited : undefined;
}

/** An argument of a call, with its types as `declaredTypes` returns them: hundreds of rules can test them. */
interface Argument {
  readonly value: unknown;
  readonly types: readonly DeclaredType[] | undefined;
}

const argumentOf = (value: unknown, types: TypeTable): Argument => ({
  value,
  types: typeof value === 'object' && value !== null ? declaredTypes(value, types) : undefined,
});

/** Returns whether an argument may match a parameter. It calls no predicate of a type. */
function mayMatch({ literal, specializer }: Parameter, argument: Argument): boolean {
  if (argument.value === unknown) return true;
  if (literal !== undefined) return literal === argument.value;
  return specializer.kind !== 'type' || specializer.type === undefined || mayBe(argument, specializer.type);
}

function mayBe({ value, types }: Argument, type: DeclaredType): boolean {
  if (type.builtIn || type.is !== undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (types !== undefined) return types.includes(type);
  if (type.discriminator === undefined) return type.class === undefined;
  return Object.getOwnPropertyDescriptor(value, type.discriminator.field)?.value === type.discriminator.value;
}
