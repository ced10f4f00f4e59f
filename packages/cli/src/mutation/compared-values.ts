import {
  parse,
  visit,
  type LiteralNode,
  type Node,
  type PatternOrTermNode,
  type RuleNode,
  type TermNode,
} from '@nanook/core/syntax';
import type { NamedPolicy } from '@nanook/core';
import { rulesOf } from '../policy-coverage/covered-policy.js';
import { testsOf } from '../test/run-tests.js';
import { calledInTests } from './called-in-tests.js';
import { kindOfPredicate, textAt, typeAt, type PolicyNames } from './names.js';

/** One side of a condition, as far as the text of the policies tells it. */
export type Operand =
  | { readonly kind: 'constant'; readonly value: unknown }
  /** A field with this name, of any object. */
  | { readonly kind: 'field'; readonly field: string }
  /** An item of the list in a field. */
  | { readonly kind: 'item'; readonly list: string }
  /** An argument of a rule. */
  | { readonly kind: 'parameter'; readonly predicate: string; readonly index: number }
  /** An object of a type. */
  | { readonly kind: 'object'; readonly type: string }
  /** A result of a call, such as the time. */
  | { readonly kind: 'unknown' };

/** The kind of a comparison: by `=`, by `<`, or by a method of a text such as `startsWith`. */
export type ComparisonKind = 'equal' | 'order' | 'text';

/** A comparison of a field with another value. */
export interface Comparison {
  readonly kind: ComparisonKind;
  readonly other: Operand;
}

/** The most calls through which a parameter is followed. */
const maxCalls = 3;

/** The values with which the conditions of policies compare fields and the items of lists, found by the names of the fields. */
export class ComparedValues {
  /** Comparisons by the field, or by the list for its items. */
  readonly #found = new Map<string, Comparison[]>();
  readonly #keys = new Set<string>();
  readonly #itemFields = new Map<string, Set<string>>();
  readonly #rules: readonly RuleNode[];
  readonly #calls = new Map<string, { readonly args: readonly TermNode[]; readonly rule: RuleNode }[]>();
  readonly #bindings = new Map<RuleNode, ReadonlyMap<string, readonly Binding[]>>();
  /** The arguments of the calls in tests. */
  readonly #called: ReadonlyMap<string, readonly (readonly TermNode[])[]>;
  /** The fields that a policy reads. */
  readonly fields = new Set<string>();

  constructor(
    policies: readonly NamedPolicy[],
    readonly names: PolicyNames,
    readonly constants: Readonly<Record<string, unknown>>,
  ) {
    const trees = policies.map((policy) => parse(policy).policy);
    this.#called = calledInTests(testsOf({ trees }));
    this.#rules = trees.flatMap(rulesOf).filter((rule): rule is RuleNode => rule.kind === 'rule');
    for (const rule of this.#rules) this.#noteCalls(rule);
    for (const rule of this.#rules) this.#noteConditions(rule);
  }

  /** Returns the comparisons of a field. */
  ofField(field: string): readonly Comparison[] {
    return this.#found.get(`field ${field}`) ?? [];
  }

  /** Whether an order comparison of a field has a limit that its text does not tell, such as the result of an arithmetic. */
  hasComputedLimit(field: string): boolean {
    return this.ofField(field).some(({ kind, other }) => kind === 'order' && other.kind === 'unknown');
  }

  /** Returns the comparisons of an argument of a rule. */
  ofParameter(predicate: string, index: number): readonly Comparison[] {
    return this.#found.get(`parameter ${predicate} ${index}`) ?? [];
  }

  /** Returns the comparisons of the items of a list in a field. */
  ofItems(list: string): readonly Comparison[] {
    return this.#found.get(`item ${list}`) ?? [];
  }

  /** Returns the fields that the policies read of the items of a list. */
  fieldsOfItems(list: string): ReadonlySet<string> {
    return this.#itemFields.get(list) ?? new Set();
  }

  #noteCalls(rule: RuleNode): void {
    const bindings = new Map<string, Binding[]>();
    const bind = (term: TermNode, binding: Binding): void => {
      if (term.kind !== 'variable') return;
      bindings.set(term.name, [...(bindings.get(term.name) ?? []), binding]);
    };
    visit(rule, {
      call: ({ predicate, args }) => {
        const key = `${predicate}/${args.length}`;
        args.forEach((arg, i) => {
          for (const term of this.#literalsOf(predicate, args.length, i)) bind(arg, { kind: 'term', term });
        });
        this.#calls.set(key, [...(this.#calls.get(key) ?? []), { args, rule }]);
      },
      unify: ({ left, right }) => {
        bind(left, { kind: 'term', term: right });
        bind(right, { kind: 'term', term: left });
      },
      assign: ({ variable, value }) => bind(variable, { kind: 'term', term: value }),
      in: ({ item, collection }) => bind(item, { kind: 'item', collection }),
      matches: ({ value, pattern }) => {
        if (pattern.kind === 'instance-pattern') bind(value, { kind: 'type', type: pattern.className });
      },
    });
    rule.parameters.forEach(({ term }, index) => bind(term, { kind: 'parameter', index }));
    this.#bindings.set(rule, bindings);
  }

  #noteConditions(rule: RuleNode): void {
    const both = (kind: ComparisonKind, left: PatternOrTermNode, right: PatternOrTermNode): void => {
      const [some, others] = [this.#operands(left, rule), this.#operands(right, rule)];
      for (const one of some)
        for (const other of others) {
          this.#note(one, kind, other);
          this.#note(other, kind, one);
        }
    };
    const pattern = (value: readonly Operand[], node: PatternOrTermNode): void => {
      if (
        node.kind !== 'instance-pattern' &&
        node.kind !== 'dictionary-pattern' &&
        node.kind !== 'dictionary'
      )
        return;
      for (const { key, value: expected } of node.fields) {
        this.fields.add(key);
        this.#noteItemField(value, key);
        for (const other of this.#operands(expected, rule))
          this.#note({ kind: 'field', field: key }, 'equal', other);
        pattern([{ kind: 'field', field: key }], expected);
      }
    };
    for (const { term, specializer } of rule.parameters)
      if (specializer !== undefined) pattern(this.#operands(term, rule), specializer);
    /** A field alone is a condition, too. */
    const isTrue = (term: TermNode): void => {
      if (term.kind !== 'lookup') return;
      for (const one of this.#operands(term, rule))
        this.#note(one, 'equal', { kind: 'constant', value: true });
    };
    if (rule.body !== undefined) isTrue(rule.body);
    const handlers = {
      and: ({ operands }: Extract<Node, { kind: 'and' }>) => operands.forEach(isTrue),
      or: ({ operands }: Extract<Node, { kind: 'or' }>) => operands.forEach(isTrue),
      not: ({ operand }: Extract<Node, { kind: 'not' }>) => isTrue(operand),
      forall: ({ action }: Extract<Node, { kind: 'forall' }>) => isTrue(action),
      compare: ({ operator, left, right }: Extract<Node, { kind: 'compare' }>) => {
        both(operator === '==' || operator === '!=' ? 'equal' : 'order', left, right);
        for (const side of [left, right])
          if (side.kind === 'arithmetic')
            for (const one of this.#operands(side, rule)) this.#note(one, 'order', { kind: 'unknown' });
      },
      call: ({ predicate, args }: Extract<Node, { kind: 'call' }>) =>
        args.forEach((arg, i) => {
          for (const literal of this.#literalsOf(predicate, args.length, i)) both('equal', arg, literal);
        }),
      unify: ({ left, right }: Extract<Node, { kind: 'unify' }>) => {
        both('equal', left, right);
        pattern(this.#operands(left, rule), right);
        pattern(this.#operands(right, rule), left);
      },
      in: ({ item, collection }: Extract<Node, { kind: 'in' }>) => {
        const items = this.#itemsOf(collection, rule);
        for (const one of this.#operands(item, rule))
          for (const other of items) {
            this.#note(one, 'equal', other);
            this.#note(other, 'equal', one);
          }
        pattern(items, item);
      },
      matches: ({ value, pattern: expected }: Extract<Node, { kind: 'matches' }>) => {
        pattern(this.#operands(value, rule), expected);
        if (expected.kind === 'literal') both('equal', value, expected);
      },
      lookup: ({ object, key }: Extract<Node, { kind: 'lookup' }>) => {
        if (key.kind !== 'literal') return;
        this.fields.add(String(key.value));
        this.#noteItemField(this.#operands(object, rule), String(key.value));
      },
      'method-call': ({ object, args }: Extract<Node, { kind: 'method-call' }>) => {
        for (const arg of args) {
          both('text', object, arg);
          // `tags.includes("x")` of a list.
          for (const items of this.#itemsOf(object, rule))
            for (const other of this.#operands(arg, rule)) this.#note(items, 'equal', other);
        }
      },
    };
    visit(rule, handlers);
  }

  /** Returns the literals in the heads of the rules that a call can use. */
  #literalsOf(predicate: string, arity: number, index: number): readonly LiteralNode[] {
    return this.#rules.flatMap(({ name, parameters }) => {
      if (name !== predicate || parameters.length !== arity) return [];
      const { term, specializer } = parameters[index]!;
      const node = specializer ?? term;
      return node.kind === 'literal' ? [node] : [];
    });
  }

  #noteItemField(objects: readonly Operand[], field: string): void {
    for (const object of objects) {
      if (object.kind !== 'item') continue;
      const known = this.#itemFields.get(object.list) ?? new Set();
      this.#itemFields.set(object.list, known.add(field));
    }
  }

  #note(one: Operand, kind: ComparisonKind, other: Operand): void {
    const place = placeOf(one);
    if (place === undefined) return;
    const key = JSON.stringify([place, kind, other]);
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#found.set(place, [...(this.#found.get(place) ?? []), { kind, other }]);
  }

  /** Returns what a term can be. A variable is followed to the terms that it equals, and to the calls of its rule. */
  #operands(
    term: PatternOrTermNode,
    rule: RuleNode,
    seen: ReadonlySet<string> = new Set(),
    calls = 0,
  ): readonly Operand[] {
    switch (term.kind) {
      case 'literal':
        return [{ kind: 'constant', value: term.value }];
      case 'variable':
        return this.#variable(term.name, rule, seen, calls);
      case 'lookup':
        return term.key.kind === 'literal' ? [{ kind: 'field', field: String(term.key.value) }] : [];
      case 'arithmetic':
        return [
          { kind: 'unknown' },
          ...this.#operands(term.left, rule, seen, calls),
          ...this.#operands(term.right, rule, seen, calls),
        ];
      case 'method-call':
        // A method such as `toLowerCase` gives a similar text.
        return [{ kind: 'unknown' }, ...this.#operands(term.object, rule, seen, calls)];
      case 'new':
        return [{ kind: 'unknown' }];
      default:
        return [];
    }
  }

  #variable(name: string, rule: RuleNode, seen: ReadonlySet<string>, calls: number): readonly Operand[] {
    if (name === 'nil') return [{ kind: 'constant', value: null }];
    if (Object.hasOwn(this.constants, name)) return [{ kind: 'constant', value: this.constants[name] }];
    const key = `${rule.span.source.name} ${rule.span.start} ${name}`;
    if (seen.has(key)) return [];
    const next = new Set([...seen, key]);
    return (this.#bindings.get(rule)?.get(name) ?? []).flatMap((binding) => {
      if (binding.kind === 'term') return this.#operands(binding.term, rule, next, calls);
      if (binding.kind === 'item') return this.#itemsOf(binding.collection, rule, next, calls);
      if (binding.kind === 'type') return [{ kind: 'object' as const, type: binding.type }];
      return this.#parameter(rule, binding.index, next, calls);
    });
  }

  #parameter(rule: RuleNode, index: number, seen: ReadonlySet<string>, calls: number): readonly Operand[] {
    const type = typeAt(rule, index);
    const found: Operand[] = [{ kind: 'parameter', predicate: rule.name, index }];
    if (type !== undefined) found.push({ kind: 'object', type });
    const kind = index !== 1 ? undefined : rule.name === 'allow' ? 'permission' : kindOfPredicate[rule.name];
    const declared = kind === undefined ? [] : this.names.declared(kind, typeAt(rule, 2));
    for (const value of declared) found.push({ kind: 'constant', value });
    // A role that the type does not declare would be inconsistent data.
    if (rule.name !== 'allow' && declared.length > 0) return found;
    for (const other of this.#rules) {
      const text = other.name === rule.name ? textAt(other, index) : undefined;
      if (text !== undefined) found.push({ kind: 'constant', value: text });
    }
    for (const args of this.#called.get(`${rule.name}/${rule.parameters.length}`) ?? [])
      if (args[index]?.kind === 'literal') found.push({ kind: 'constant', value: args[index].value });
    if (calls < maxCalls)
      for (const { args, rule: caller } of this.#calls.get(`${rule.name}/${rule.parameters.length}`) ?? [])
        if (args[index] !== undefined) found.push(...this.#operands(args[index], caller, seen, calls + 1));
    return found;
  }

  #itemsOf(
    collection: TermNode,
    rule: RuleNode,
    seen: ReadonlySet<string> = new Set(),
    calls = 0,
  ): readonly Operand[] {
    if (collection.kind === 'list')
      return collection.items.flatMap((item) => this.#operands(item, rule, seen, calls));
    return this.#operands(collection, rule, seen, calls).flatMap((operand): readonly Operand[] => {
      if (operand.kind === 'field') return [{ kind: 'item', list: operand.field }];
      const { value } = operand as { readonly value?: unknown };
      return Array.isArray(value) ? value.map((item: unknown) => ({ kind: 'constant', value: item })) : [];
    });
  }
}

/** Returns the text under which the comparisons of an operand are kept; undefined for one whose values do not change. */
function placeOf(operand: Operand): string | undefined {
  switch (operand.kind) {
    case 'field':
      return `field ${operand.field}`;
    case 'item':
      return `item ${operand.list}`;
    case 'parameter':
      return `parameter ${operand.predicate} ${operand.index}`;
    default:
      return undefined;
  }
}

type Binding =
  | { readonly kind: 'term'; readonly term: TermNode }
  | { readonly kind: 'item'; readonly collection: TermNode }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'parameter'; readonly index: number };
