import type { Span } from '../diagnostics/span.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import type { Rule } from './goal.js';
import type { FieldNode, ParameterNode, PatternOrTermNode, TermNode } from '../syntax/ast.js';
import type { DeclaredType } from '../types/declared-type.js';
import { isUnionName, type TypeTable } from '../types/type-table.js';

/**
 * The form of a rule without the names of its types and variables. Rules with the same text are lowered to the same goals, except for types
 * and positions.
 */
export interface RuleShape {
  readonly text: string;
  /** The types that the rule mentions, in the order of the text. */
  readonly types: readonly DeclaredType[];
  /** The positions of its parts, in the same order. */
  readonly spans: readonly Span[];
}

/** The shapes of rules, each found once. They are found without the goals, so that a rule that shares a plan is never lowered. */
export class RuleShapes {
  readonly #known = new WeakMap<Rule, RuleShape>();
  /** The numbers of constants of the application. A constant is the same only if it is the same value. */
  readonly #constants = new Map<unknown, number>();

  of(rule: Rule, types: TypeTable): RuleShape {
    let shape = this.#known.get(rule);
    if (shape === undefined)
      this.#known.set(rule, (shape = new ShapeWriter(types, this.#constants).rule(rule)));
    return shape;
  }
}

class ShapeWriter {
  #text = '';
  readonly #types: DeclaredType[] = [];
  readonly #spans: Span[] = [];
  readonly #variables: string[] = [];
  /** Whether the names of variables matter: the order of rules depends on the texts of patterns. */
  #isNamed = false;

  constructor(
    readonly table: TypeTable,
    readonly constants: Map<unknown, number>,
  ) {}

  rule({ origin: { name, parameters, body } }: Rule): RuleShape {
    this.#text = name;
    for (const parameter of parameters) this.#parameter(parameter);
    if (body !== undefined) {
      this.#text += ' if ';
      this.#term(body);
    }
    return { text: this.#text, types: this.#types, spans: this.#spans };
  }

  #parameter({ span, term, specializer }: ParameterNode): void {
    this.#spans.push(span);
    this.#text += '(';
    this.#term(term);
    if (specializer === undefined) return;
    this.#text += ':';
    this.#isNamed = specializer.kind !== 'instance-pattern' || specializer.fields.length > 0;
    this.#term(specializer);
    this.#isNamed = false;
  }

  #term(node: PatternOrTermNode): void {
    this.#spans.push(node.span);
    switch (node.kind) {
      case 'variable':
        return this.#variable(node.name);
      case 'literal':
        return this.#literal(node.value);
      case 'list':
      case 'list-pattern':
        this.#write(node.kind);
        this.#terms(node.items);
        if (node.rest !== undefined) this.#slot(node.rest.name);
        return;
      case 'dictionary':
      case 'dictionary-pattern':
        this.#write(node.kind);
        return this.#fields(node.fields);
      case 'instance-pattern':
        this.#type(node.className);
        return this.#fields(node.fields);
      case 'lookup':
        this.#term(node.object);
        this.#text += '.';
        if (node.key.kind === 'literal' && typeof node.key.value === 'string')
          this.#attribute(node.key.value);
        else this.#term(node.key);
        return;
      case 'method-call':
        this.#write(`${node.kind} ${node.method}`);
        this.#term(node.object);
        this.#keywords(node.keywords);
        return this.#terms(node.args);
      case 'new':
        this.#write(node.kind);
        this.#type(node.className);
        this.#keywords(node.keywords);
        return this.#terms(node.args);
      case 'call':
        this.#write(`${node.kind} ${node.predicate}`);
        this.#keywords(node.keywords);
        return this.#terms(node.args);
      case 'arithmetic':
      case 'compare':
        this.#write(node.operator);
        this.#term(node.left);
        return this.#term(node.right);
      case 'unify':
        this.#write('=');
        this.#term(node.left);
        return this.#term(node.right);
      case 'assign':
        // The name is part of an error.
        this.#write(`:= ${node.variable.name}`);
        this.#term(node.value);
        return this.#term(node.variable);
      case 'in':
        this.#write('in');
        this.#term(node.item);
        return this.#term(node.collection);
      case 'matches':
        this.#write('matches');
        this.#term(node.value);
        return this.#term(node.pattern);
      case 'not':
        this.#write('not');
        return this.#term(node.operand);
      case 'forall':
        this.#write('forall');
        this.#term(node.condition);
        return this.#term(node.action);
      case 'and':
      case 'or':
        this.#write(node.kind);
        return this.#terms(node.operands);
      case 'print':
      case 'debug':
        this.#write(node.kind);
        return this.#terms(node.args);
      case 'cut':
      // It stays only in a policy with errors.
      case 'implied':
        return this.#write(node.kind);
    }
  }

  /** Writes a word, which ends with a space so that no two words can be read as one. */
  #write(word: string): void {
    this.#text += `${word} `;
  }

  #terms(nodes: readonly PatternOrTermNode[]): void {
    this.#write(`[${nodes.length}`);
    for (const node of nodes) this.#term(node);
  }

  #fields(fields: readonly FieldNode<PatternOrTermNode | TermNode>[]): void {
    this.#write(`{${fields.length}`);
    for (const { key, keySpan, value } of fields) {
      this.#spans.push(keySpan);
      this.#attribute(key);
      this.#term(value);
    }
  }

  /** No engine reads the values of keywords. */
  #keywords(keywords: readonly unknown[]): void {
    if (keywords.length > 0) this.#write('keywords');
  }

  #attribute(name: string): void {
    this.#write(this.table.isLoaded(name) ? `loaded ${JSON.stringify(name)}` : JSON.stringify(name));
  }

  #type(name: string): void {
    const type = isUnionName(name) ? undefined : this.table.find(name);
    if (type === undefined) return this.#write(`type ${name}`);
    this.#types.push(type);
    this.#write('#');
  }

  #literal(value: string | number | boolean): void {
    this.#write(typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : `${value}`);
  }

  #variable(name: string): void {
    if (!this.table.hasConstant(name)) return this.#slot(name);
    const value = this.table.constant(name);
    let number = this.constants.get(value);
    if (number === undefined) this.constants.set(value, (number = this.constants.size));
    this.#write(`constant ${number} ${name}`);
    // A type that is used as a value stays the same type wherever the rule mentions it.
    if (!isObjectOrFunction(value)) return;
    for (const type of this.table.types)
      if (type.value === value || type.class?.prototype === value) this.#types.push(type);
  }

  #slot(name: string): void {
    if (name === '_') return this.#write('_');
    let number = this.#variables.indexOf(name);
    if (number === -1) number = this.#variables.push(name) - 1;
    this.#write(this.#isNamed ? `$${number} ${name}` : `$${number}`);
  }
}
