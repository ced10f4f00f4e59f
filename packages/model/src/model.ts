import type { PatternNode, PatternOrTermNode, TermNode } from '@nanook/core/syntax';
import { attribute, call, compute } from './members.js';
import {
  doubt,
  ModelError,
  noDoubt,
  NoValue,
  Undecided,
  Waits,
  type Doubt,
  type Outcome,
} from './outcome.js';
import { rulesOf, type Rule } from './rules.js';
import { Thing, Types, type TypeDeclarations } from './types.js';
import { Contradiction, Dictionary, Row, TypeValue, Values, type Value } from './values.js';

export { ModelError, type Outcome } from './outcome.js';
export { Thing, type Field, type TypeDeclaration, type TypeDeclarations } from './types.js';

/** A fact of the application: the name of a rule and its arguments. */
export type Fact = readonly [name: string, ...args: unknown[]];

/** The values of the variables of one rule. */
type Scope = ReadonlyMap<string, Value>;
/** One way in which a condition holds: values for variables, and conditions that wait for the value of a variable. */
interface Way {
  readonly scope: Scope;
  readonly waiting: readonly TermNode[];
}
/** All ways in which a condition holds, and the doubt that remains after all its alternatives were tried. */
interface Proofs {
  readonly ways: readonly Way[];
  readonly doubt: Doubt;
}

/** A question: a rule, and its arguments. An argument without a value is undefined. */
interface Question {
  readonly name: string;
  readonly args: readonly (Value | undefined)[];
}
/** The arguments for which a question holds, and its doubt. */
interface Answer {
  readonly question: Question;
  found: ReadonlyMap<string, readonly (Value | undefined)[]>;
  doubt: Doubt;
}
type Ask = (question: Question) => Answer;

/** A variable without a value. */
class Open {
  constructor(readonly name: string) {}
}
/** A list with a variable that has no value. */
class OpenList {
  constructor(
    readonly items: readonly Template[],
    readonly rest: Open | undefined,
  ) {}
}
type Template = Value | Open | OpenList;

/** The meaning of a policy about some types, as `docs/reference/polar.md` defines it. */
export class Model {
  readonly #rules: readonly Rule[];
  readonly #types: Types;
  readonly #values: Values;
  readonly #facts: readonly Question[];
  /** The answers that are final. */
  readonly #answers = new Map<string, Answer>();
  readonly #entities = new Map<string, Row>();

  /** @throws {ModelError} for a policy whose meaning the model does not define */
  constructor(policy: string, types: TypeDeclarations, facts: readonly Fact[] = []) {
    const { rules, resources, actors } = rulesOf(policy);
    this.#rules = rules;
    this.#types = new Types(types, resources, actors);
    this.#values = new Values(this.#types);
    this.#facts = facts.map(([name, ...args]) => ({
      name,
      args: args.map((arg) => this.#values.given(arg)),
    }));
  }

  /** Returns whether a rule holds for its arguments. */
  outcome(name: string, args: readonly unknown[]): Outcome {
    const answer = this.#solve({ name, args: args.map((arg) => this.#values.given(arg)) });
    if (answer.found.size > 0) return 'true';
    return answer.doubt === doubt ? 'undecided' : 'false';
  }

  // ── questions ──

  /**
   * Answers a question, and all questions that it leads to: first the least set of arguments for which they hold, then the least set of those
   * in doubt.
   */
  #solve(question: Question): Answer {
    const known = this.#answers.get(this.#keyOf(question));
    if (known !== undefined) return known;
    const open = new Map<string, Answer>();
    let isChanged = true;
    const ask: Ask = (each) => {
      const key = this.#keyOf(each);
      let answer = this.#answers.get(key) ?? open.get(key);
      if (answer === undefined) {
        open.set(key, (answer = { question: each, found: new Map(), doubt: noDoubt }));
        isChanged = true;
      }
      return answer;
    };
    const result = ask(question);
    for (; isChanged && open.size < 5_000;) {
      isChanged = false;
      for (const answer of open.values()) {
        const { found } = this.#try(answer.question, ask);
        isChanged ||= found.size > answer.found.size;
        answer.found = found;
      }
    }
    if (isChanged) throw new ModelError('the rules lead to too many questions');
    for (isChanged = true; isChanged;) {
      isChanged = false;
      for (const answer of open.values()) {
        const { doubt } = this.#try(answer.question, ask);
        isChanged ||= doubt > answer.doubt;
        answer.doubt = doubt;
      }
    }
    for (const [key, answer] of open) this.#answers.set(key, answer);
    return result;
  }

  #keyOf({ name, args }: Question): string {
    return `${name}(${args.map((arg) => this.#values.identity(arg)).join('; ')})`;
  }

  /** Tries all rules and facts for a question. */
  #try({ name, args }: Question, ask: Ask): Pick<Answer, 'found' | 'doubt'> {
    const found = new Map<string, readonly (Value | undefined)[]>();
    const add = (tuple: readonly (Value | undefined)[]) =>
      found.set(tuple.map((each) => this.#values.identity(each)).join('; '), tuple);
    let left: Doubt = noDoubt;
    for (const rule of this.#rules.filter(
      (each) => each.name === name && each.parameters.length === args.length,
    )) {
      const { ways, doubt } = this.#apply(rule, args, ask);
      left = Math.max(left, doubt) as Doubt;
      for (const { scope, waiting } of ways) {
        if (waiting.length > 0) throw new ModelError('a condition is about a variable that has no value');
        add(args.map((arg, i) => arg ?? scope.get(`parameter ${i}`)));
      }
    }
    for (const fact of this.#facts)
      if (
        fact.name === name &&
        fact.args.length === args.length &&
        args.every((arg, i) => arg === undefined || this.#values.equal(arg, fact.args[i]!))
      )
        add(fact.args);
    return { found, doubt: left };
  }

  /**
   * Proves a rule for arguments. The literals and types of all parameters come first, because they are always decided. Equal values, patterns
   * and the body follow.
   */
  #apply({ parameters, body }: Rule, args: readonly (Value | undefined)[], ask: Ask): Proofs {
    const nodes = parameters.map(
      ({ term: { span } }, i) => ({ kind: 'variable', span, name: `parameter ${i}` }) as const,
    );
    const equal = (isLiteral: boolean) =>
      parameters.flatMap(({ term: right }, i) =>
        (right.kind === 'literal') === isLiteral
          ? [{ ...right, kind: 'unify', left: nodes[i]!, right } as const]
          : [],
      );
    const test = (i: number, pattern: PatternNode) =>
      ({ ...pattern, kind: 'matches', value: nodes[i]!, pattern }) as const;
    const patterns = parameters.map(({ specializer }) => specializer);
    const types = patterns.flatMap((each, i) =>
      each?.kind === 'instance-pattern' ? [test(i, { ...each, fields: [] })] : [],
    );
    const others = patterns.flatMap((each, i) => (each === undefined ? [] : [test(i, each)]));
    const scope = new Map(
      args.flatMap((arg, i) => (arg === undefined ? [] : [[`parameter ${i}`, arg] as const])),
    );
    const own = body === undefined ? [] : [body];
    const conditions = [...equal(true), ...types, ...equal(false), ...others, ...own];
    return this.#proveAll(conditions, { scope, waiting: [] }, ask);
  }

  // ── conditions ──

  /** Proves conditions from the left: each of them for each way in which those before it hold. */
  #proveAll(conditions: readonly TermNode[], way: Way, ask: Ask): Proofs {
    let proofs: Proofs = { ways: [way], doubt: noDoubt };
    for (const condition of conditions)
      proofs = either([
        { ways: [], doubt: proofs.doubt },
        ...proofs.ways.map((each) => this.#proveAndWake(condition, each, ask)),
      ]);
    return proofs;
  }

  /** Proves a condition, and then the waiting conditions whose variables have a value now. */
  #proveAndWake(condition: TermNode, way: Way, ask: Ask): Proofs {
    const proofs = this.#prove(condition, way, ask);
    const next = proofs.ways.map((each): Proofs => {
      if (each.waiting.length === 0 || each.scope.size === way.scope.size)
        return { ways: [each], doubt: noDoubt };
      return this.#proveAll(each.waiting, { scope: each.scope, waiting: [] }, ask);
    });
    return either([{ ways: [], doubt: proofs.doubt }, ...next]);
  }

  #prove(condition: TermNode, way: Way, ask: Ask): Proofs {
    try {
      return this.#decide(condition, way, ask);
    } catch (error) {
      if (error instanceof Undecided) return { ways: [], doubt: error.doubt };
      if (error instanceof NoValue) return none;
      if (error instanceof Waits) return one({ scope: way.scope, waiting: [...way.waiting, condition] });
      throw error;
    }
  }

  #decide(condition: TermNode, way: Way, ask: Ask): Proofs {
    const { scope } = way;
    const holds = (isTrue: boolean): Proofs => (isTrue ? one(way) : none);
    const within = (found: Scope | undefined): Proofs =>
      found === undefined ? none : one({ scope: found, waiting: way.waiting });
    switch (condition.kind) {
      case 'and':
        return this.#proveAll(condition.operands, way, ask);
      case 'or':
        return either(condition.operands.map((operand) => this.#proveAll([operand], way, ask)));
      case 'not':
        return this.#fails([condition.operand], way, (each) => this.#solve(each));
      case 'forall': {
        // `not (condition and not action)`: the action may ask a question that is being answered.
        const cases = this.#proveAll([condition.condition], { scope, waiting: [] }, (each) =>
          this.#solve(each),
        );
        const refutations = cases.ways.map((each) => this.#fails([condition.action], each, ask));
        return opposite(either([{ ways: [], doubt: cases.doubt }, ...refutations]), way);
      }
      case 'call':
        return this.#askFor(condition.predicate, condition.args, way, ask);
      case 'unify':
        return within(
          this.#unify(this.#template(condition.left, scope), this.#template(condition.right, scope), scope),
        );
      case 'compare':
        return holds(this.#compare(condition.operator, condition.left, condition.right, scope));
      case 'in': {
        const item = this.#template(condition.item, scope);
        return either(
          this.#items(this.#value(condition.collection, scope)).map((each) => this.#isItem(item, each, way)),
        );
      }
      case 'matches':
        return within(this.#match(this.#value(condition.value, scope), condition.pattern, scope));
      case 'print':
      case 'debug':
        return one(way);
      case 'literal':
      case 'variable':
      case 'lookup':
      case 'method-call': {
        const value = this.#value(condition, scope);
        if (typeof value !== 'boolean') throw new Undecided();
        return holds(value);
      }
      default:
        throw new ModelError(`the model does not define the condition ${condition.kind}`);
    }
  }

  /** Proves that conditions do not hold. It gives no variable a value. */
  #fails(conditions: readonly TermNode[], way: Way, ask: Ask): Proofs {
    const proofs = this.#proveAll(conditions, { scope: way.scope, waiting: [] }, ask);
    if (proofs.ways.some(({ waiting }) => waiting.length > 0))
      throw new ModelError('a negation is about a variable that has no value');
    return opposite(proofs, way);
  }

  #askFor(name: string, terms: readonly TermNode[], way: Way, ask: Ask): Proofs {
    if (![...this.#rules, ...this.#facts].some((each) => each.name === name))
      throw new ModelError(`no rule has the name ${name}`);
    const args = terms.map((term) => this.#template(term, way.scope));
    if (args.some((arg) => arg instanceof OpenList))
      throw new ModelError('an argument has a variable without a value');
    const answer = ask({ name, args: args.map((arg) => (arg instanceof Open ? undefined : (arg as Value))) });
    const ways = [...answer.found.values()].flatMap((tuple) => {
      let scope: Scope | undefined = way.scope;
      for (const [i, arg] of args.entries())
        if (scope !== undefined && arg instanceof Open && tuple[i] !== undefined)
          scope = this.#unify(arg, tuple[i], scope);
      return scope === undefined ? [] : [{ scope, waiting: way.waiting }];
    });
    return { ways, doubt: answer.doubt };
  }

  #compare(operator: string, left: TermNode, right: TermNode, scope: Scope): boolean {
    const [a, b] = [this.#value(left, scope), this.#value(right, scope)];
    switch (operator) {
      case '==':
        return this.#values.equal(a, b);
      case '!=':
        return !this.#values.equal(a, b);
      case '<':
        return this.#values.order(a, b) < 0;
      case '<=':
        return this.#values.order(a, b) <= 0;
      case '>':
        return this.#values.order(a, b) > 0;
      default:
        return this.#values.order(a, b) >= 0;
    }
  }

  #items(collection: Value): readonly (Value | Contradiction)[] {
    if (Array.isArray(collection)) return collection as readonly (Value | Contradiction)[];
    if (typeof collection === 'string') return Array.from(collection);
    if (collection instanceof Dictionary) return [...collection.entries];
    if (collection instanceof Row && collection.thing.isPlain) return this.#values.pairs(collection);
    throw new Undecided();
  }

  /** Tests one element: an element that contradicts its declaration leaves the others. */
  #isItem(item: Template, element: Value | Contradiction, way: Way): Proofs {
    if (element instanceof Contradiction) return { ways: [], doubt };
    try {
      const scope = this.#unify(item, element, way.scope);
      return scope === undefined ? none : one({ scope, waiting: way.waiting });
    } catch (error) {
      if (error instanceof Undecided) return { ways: [], doubt: error.doubt };
      throw error;
    }
  }

  /** Returns the variables with which a value matches a pattern, or undefined. */
  #match(value: Value, pattern: PatternOrTermNode, scope: Scope): Scope | undefined {
    switch (pattern.kind) {
      case 'instance-pattern':
      case 'dictionary-pattern': {
        if (pattern.kind === 'instance-pattern' && !this.#values.isA(value, pattern.className))
          return undefined;
        let found: Scope | undefined = scope;
        for (const { key, value: part } of pattern.fields) {
          if (found === undefined) return undefined;
          found = this.#match(attribute(this.#values, value, key, true), part, found);
        }
        return found;
      }
      case 'list-pattern':
        throw new ModelError('the model does not define patterns of lists');
      default:
        return this.#unify(this.#template(pattern, scope), value, scope);
    }
  }

  /** Makes two values equal: returns the variables with their values, or undefined if the values differ. */
  #unify(left: Template, right: Template, scope: Scope): Scope | undefined {
    const [a, b] = [resolved(left, scope), resolved(right, scope)];
    if (a instanceof Open && b instanceof Open) {
      if (a.name === b.name) return scope;
      throw new Waits(a.name);
    }
    if (a instanceof Open) return bound(a, b, scope);
    if (b instanceof Open) return bound(b, a, scope);
    if (!(a instanceof OpenList) && !(b instanceof OpenList))
      return this.#values.equal(a, b) ? scope : undefined;
    return this.#unifyLists(a, b, scope);
  }

  #unifyLists(a: Template, b: Template, scope: Scope): Scope | undefined {
    const [left, right] = [a, b].map((list) => {
      if (list instanceof OpenList) return list;
      return Array.isArray(list) ? new OpenList(this.#values.whole(list), undefined) : undefined;
    });
    if (left === undefined || right === undefined) return undefined;
    if (left.rest !== undefined && right.rest !== undefined) throw new Waits(left.rest.name);
    const [long, short] = left.rest === undefined ? [left, right] : [right, left];
    const { length } = short.items;
    if (long.items.length < length || (long.items.length > length && short.rest === undefined))
      return undefined;
    let found: Scope | undefined = scope;
    for (const [i, item] of short.items.entries())
      if (found !== undefined) found = this.#unify(item, long.items[i]!, found);
    if (found === undefined || short.rest === undefined) return found;
    return this.#unify(short.rest, new OpenList(long.items.slice(length), undefined), found);
  }

  // ── terms ──

  /** Returns the value of a term. @throws {Waits} if a variable in it has none */
  #value(term: TermNode, scope: Scope): Value {
    const template = this.#template(term, scope);
    if (template instanceof Open) throw new Waits(template.name);
    if (template instanceof OpenList) throw new Waits('of a list');
    return template;
  }

  /** Returns a term with the values that its variables have. */
  #template(term: TermNode, scope: Scope): Template {
    switch (term.kind) {
      case 'literal':
        return term.value;
      case 'variable': {
        if (term.entity !== undefined) return this.#entity(term.entity.type, term.entity.id);
        if (term.name === 'nil') return null;
        if (this.#types.has(term.name) || this.#types.isBuiltIn(term.name)) return new TypeValue(term.name);
        if (term.name === '_') return new Open(`anonymous ${term.span.start} ${scope.size}`);
        return scope.get(term.name) ?? (scope.has(term.name) ? null : new Open(term.name));
      }
      case 'list': {
        const items = term.items.map((item) => this.#template(item, scope));
        const rest = term.rest === undefined ? [] : this.#template(term.rest, scope);
        if (rest instanceof Open) return new OpenList(items, rest);
        if (!Array.isArray(rest)) throw new ModelError('the rest of a list is not a list');
        const all = [...items, ...this.#values.whole(rest)];
        return all.some((item) => item instanceof Open || item instanceof OpenList)
          ? new OpenList(all, undefined)
          : (all as Value[]);
      }
      case 'dictionary':
        return new Dictionary(new Map(term.fields.map(({ key, value }) => [key, this.#value(value, scope)])));
      case 'lookup': {
        const object = this.#value(term.object, scope);
        const key = this.#value(term.key, scope);
        if (typeof key !== 'string') throw new Undecided();
        return attribute(this.#values, object, key);
      }
      case 'method-call': {
        const object = this.#value(term.object, scope);
        return call(
          this.#values,
          object,
          term.method,
          term.args.map((arg) => this.#value(arg, scope)),
        );
      }
      case 'arithmetic':
        return compute(term.operator, this.#value(term.left, scope), this.#value(term.right, scope));
      default:
        throw new ModelError(`the model does not define the value of ${term.kind}`);
    }
  }

  /** Returns the object of `User{"ann"}`, which has a key and no other attribute, or the value of `Integer{1}`. */
  #entity(type: string, id: string | number): Value {
    if (this.#types.isBuiltIn(type)) return id;
    const name = `${type} ${JSON.stringify(id)}`;
    const key = this.#types.chain(type).map((each) => this.#types.declarations[each]?.key?.[0]);
    const attributes = { [key.find((each) => each !== undefined) ?? 'id']: id };
    const known = this.#entities.get(name) ?? (this.#values.given(new Thing(type, attributes)) as Row);
    this.#entities.set(name, known);
    return known;
  }
}

const none: Proofs = { ways: [], doubt: noDoubt };
const one = (way: Way): Proofs => ({ ways: [way], doubt: noDoubt });
const either = (all: readonly Proofs[]): Proofs => ({
  ways: all.flatMap(({ ways }) => ways),
  doubt: Math.max(noDoubt, ...all.map((each) => each.doubt)) as Doubt,
});
/** A negation holds if its condition has no proof, and no doubt: below it, every doubt counts. */
const opposite = (proofs: Proofs, way: Way): Proofs => {
  if (proofs.ways.length > 0) return none;
  return proofs.doubt === noDoubt ? one(way) : { ways: [], doubt };
};

const resolved = (template: Template, scope: Scope): Template =>
  template instanceof Open && scope.has(template.name) ? scope.get(template.name)! : template;

/** Gives a variable its value. */
function bound({ name }: Open, value: Value | OpenList, scope: Scope): Scope {
  if (value instanceof OpenList) {
    const items = value.items.map((item) => resolved(item, scope));
    if (value.rest !== undefined || items.some((item) => item instanceof Open || item instanceof OpenList))
      throw new Waits(name);
    return new Map([...scope, [name, items as Value[]]]);
  }
  return new Map([...scope, [name, value]]);
}
