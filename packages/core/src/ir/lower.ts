import { exactNumber } from '../dialect/whole-float.js';
import { textOf, type Span } from '../diagnostics/span.js';
import { compareCodePoints } from '../internal/code-points.js';
import { invariant } from '../internal/bug.js';
import type {
  FieldNode,
  LiteralNode,
  Node,
  UnifyNode,
  ParameterNode,
  PatternOrTermNode,
  TermNode,
} from '../syntax/ast.js';
import { visit } from '../syntax/visit.js';
import { printTerm } from '../syntax/print.js';
import { isUnionName, type TypeTable } from '../types/type-table.js';
import {
  type Goal,
  type TestedLookup,
  type TestGoal,
  inGoal,
  isaGoal,
  lookupGoal,
  notGoal,
  unifyGoal,
  type Parameter,
  type Predicate,
  type Specializer,
} from './goal.js';
import { type SlotTerm, type Term, constantTerm, dictionaryTerm, listTerm, slotTerm } from './term.js';

/** A condition whose parts are lowered. */
interface Enclosing {
  readonly out: Goal[];
  /** The position of its first goal. */
  at: number;
  mark: SlotTerm | undefined;
}

/**
 * Lowers the terms of one rule or query: variables become slots, names become their values, and every look-up, call and
 * operation inside a term becomes a goal before the goal that uses it, from left to right.
 */
export class Lowering {
  /** Searched linearly, since nearly every rule has few: a map for each of thousands of rules costs more. */
  readonly slotNames: string[] = [];
  /** The latest `in`, and the position of the next test of its item in the conjunction. */
  #tested:
    | {
        readonly item: SlotTerm;
        readonly tests: TestedLookup[];
        readonly goals: readonly Goal[];
        next: number;
      }
    | undefined = undefined;

  /** The conditions around the current one, the outermost first. Only a dialect in which a cut ends at one of them needs them. */
  #enclosing: Enclosing[] = [];

  constructor(
    readonly types: TypeTable,
    readonly predicateOf: (name: string) => Predicate,
  ) {}

  /** The goals of a body or query, in the order in which they are proved. */
  goals(node: TermNode, out: Goal[] = []): Goal[] {
    const { span } = node;
    switch (node.kind) {
      case 'and':
        this.#within(out, () => {
          for (const operand of node.operands) this.goals(operand, out);
        });
        break;
      case 'or':
        this.#within(out, () => {
          const alternatives = node.operands.map((operand) => this.goals(operand));
          out.push({ kind: 'or', span, alternatives });
        });
        break;
      case 'not':
        out.push(
          notGoal(
            span,
            this.#apart(() => this.goals(node.operand)),
          ),
        );
        break;
      case 'forall': {
        const condition = this.#apart(() => this.#side(node.condition));
        const action = this.#apart(() => this.#side(node.action));
        out.push(notGoal(span, [...condition, notGoal(node.action.span, action)]));
        break;
      }
      case 'call': {
        const args = node.args.map((arg) => this.term(arg, out));
        out.push({
          kind: 'call',
          span,
          predicate: this.predicateOf(node.predicate),
          args,
          hasKeywords: node.keywords.length > 0,
        });
        break;
      }
      case 'unify': {
        // A variable equals itself: `x = x` also holds for NaN.
        if (isSameVariable(node.left, node.right)) {
          this.term(node.left, out);
          break;
        }
        const steps = this.#computesAfter(node) ? [] : out;
        const left = this.term(node.left, steps);
        const right = this.term(node.right, steps);
        if (steps === out) this.#test(unifyGoal(span, left, right), out);
        else out.push(unifyGoal(span, left, right), ...steps);
        break;
      }
      case 'assign': {
        const value = this.term(node.value, out);
        const variable = this.term(node.variable, out);
        out.push({ kind: 'assign', span, variable, name: node.variable.name, value });
        break;
      }
      case 'compare': {
        const left = this.term(node.left, out);
        const right = this.term(node.right, out);
        this.#test({ kind: 'compare', span, operator: node.operator, left, right }, out);
        break;
      }
      case 'in': {
        const item = this.term(node.item, out);
        const collection = this.term(node.collection, out);
        const tests: TestedLookup[] = [];
        if (item.kind === 'slot') this.#tested = { item, tests, goals: out, next: out.length + 1 };
        out.push(inGoal(span, item, collection, tests));
        break;
      }
      case 'matches':
        this.match(this.term(node.value, out), node.pattern, out);
        break;
      case 'cut':
        out.push({ kind: 'cut', span, mark: this.#cutMark(span), isMark: false });
        break;
      case 'print':
        out.push({ kind: 'print', span, args: node.args.map((arg) => this.term(arg, out)) });
        break;
      case 'debug':
        for (const arg of node.args) this.term(arg, out);
        out.push({ kind: 'debug', span });
        break;
      default:
        this.#test({ kind: 'condition', span, term: this.term(node, out) }, out);
    }
    return out;
  }

  /** The goals of the body of a rule. */
  body(node: TermNode): Goal[] {
    const goals: Goal[] = [];
    if (node.kind === 'and') return this.goals(node, goals);
    this.#within(goals, () => this.goals(node, goals));
    return goals;
  }

  /** Lowers the parts of a condition. */
  #within(out: Goal[], lower: () => void): void {
    if (!this.types.dialect.cutsWithinConditions) return lower();
    this.#enclosing.push({ out, at: out.length, mark: undefined });
    lower();
    this.#enclosing.pop();
  }

  /** Lowers the operand of a negation, from which no cut reaches out. */
  #apart(lower: () => Goal[]): Goal[] {
    const outer = this.#enclosing;
    this.#enclosing = [];
    const goals = lower();
    this.#enclosing = outer;
    return goals;
  }

  /** Returns the mark for a cut: where the condition around its own condition begins. Undefined for a cut of the whole rule. */
  #cutMark(span: Span): SlotTerm | undefined {
    const around = this.#enclosing.at(-2);
    if (around === undefined || around.mark !== undefined) return around?.mark;
    const mark = this.fresh();
    around.mark = mark;
    around.out.splice(around.at, 0, { kind: 'cut', span, mark, isMark: true });
    for (const other of this.#enclosing)
      if (other !== around && other.out === around.out && other.at >= around.at) other.at++;
    return mark;
  }

  term(node: PatternOrTermNode, out: Goal[]): Term {
    const { span } = node;
    switch (node.kind) {
      case 'variable':
        return this.#variable(node.name);
      case 'literal':
        return constantTerm(this.#literal(node));
      case 'list':
      case 'list-pattern':
        return listTerm(
          node.items.map((item) => this.term(item, out)),
          node.rest && this.#slot(node.rest.name),
        );
      case 'dictionary':
      case 'dictionary-pattern': {
        const fields = sorted(node.fields as readonly FieldNode<PatternOrTermNode>[]);
        return dictionaryTerm(
          fields.map((f) => f.key),
          fields.map((f) => this.term(f.value, out)),
        );
      }
      case 'lookup': {
        const object = this.term(node.object, out);
        const key = node.key.kind === 'literal' ? constantTerm(node.key.value) : this.term(node.key, out);
        const result = this.fresh();
        out.push(lookupGoal(span, object, key, result, false, this.#isLoaded(node.key)));
        return result;
      }
      case 'method-call': {
        const object = this.term(node.object, out);
        const args = node.args.map((arg) => this.term(arg, out));
        const result = this.fresh();
        out.push({
          kind: 'method',
          span,
          object,
          method: node.method,
          args,
          hasKeywords: node.keywords.length > 0,
          result,
          test: undefined,
        });
        return result;
      }
      case 'new': {
        const args = node.args.map((arg) => this.term(arg, out));
        const result = this.fresh();
        const { className: name } = node;
        out.push({
          kind: 'new',
          span,
          name,
          type: this.types.find(name),
          args,
          hasKeywords: node.keywords.length > 0,
          result,
        });
        return result;
      }
      case 'arithmetic': {
        const left = this.term(node.left, out);
        const right = this.term(node.right, out);
        const result = this.fresh();
        out.push({ kind: 'arithmetic', span, operator: node.operator, left, right, result });
        return result;
      }
      default:
        invariant(false, `a ${node.kind} is used where a value belongs`);
    }
  }

  /** Goals that hold when the value matches the pattern: its type, then field by field. */
  match(value: Term, pattern: PatternOrTermNode, out: Goal[]): void {
    const { span } = pattern;
    switch (pattern.kind) {
      case 'instance-pattern': {
        const { className: name } = pattern;
        const union = isUnionName(name) ? name : undefined;
        out.push(isaGoal(span, value, name, this.types.find(name), union));
        const isIgnored = union !== undefined && this.types.dialect.unionsIgnoreFields;
        if (!isIgnored) this.#matchFields(value, pattern.fields, out);
        break;
      }
      case 'dictionary-pattern':
        this.#matchFields(value, pattern.fields, out);
        break;
      case 'list-pattern': {
        const later: [Term, PatternOrTermNode][] = [];
        const items = pattern.items.map((item) => {
          if (!isPatternProper(item)) return this.term(item, out);
          const element = this.fresh();
          later.push([element, item]);
          return element;
        });
        out.push(unifyGoal(span, value, listTerm(items, pattern.rest && this.#slot(pattern.rest.name))));
        for (const [element, item] of later) this.match(element, item, out);
        break;
      }
      default:
        this.#test(unifyGoal(span, value, this.term(pattern, out)), out);
    }
  }

  parameter(node: ParameterNode): Parameter {
    const { term: head, specializer } = node;
    const isNew =
      head.kind === 'variable' && !this.types.hasConstant(head.name) && this.#find(head.name) === -1;
    const goals: Goal[] = [];
    const term = this.term(head, goals);
    invariant(goals.length === 0, 'a head computes before its body');
    if (specializer !== undefined) this.match(term, specializer, goals);
    return {
      term,
      takesArgument: isNew,
      literal: literalOf(head) ?? (specializer && literalOf(specializer)),
      specializer: specializer === undefined ? { kind: 'none' } : this.#specializer(specializer),
      goals: goals.slice(),
      span: node.span,
    };
  }

  /** Merges a goal that reads from the application with the only goal that uses its result, as in `x.a = y` or `x.f() < y`, into one step. */
  #test(goal: TestGoal, out: Goal[]): void {
    const last = out.at(-1);
    const terms = goal.kind === 'condition' ? [goal.term] : [goal.left, goal.right];
    if ((last?.kind === 'lookup' || last?.kind === 'method') && terms.includes(last.result)) {
      const tested = { ...last, test: goal };
      out[out.length - 1] = tested;
      if (tested.kind === 'lookup') this.#noteTest(tested, out);
    }
    out.push(goal);
  }

  /** An `in` keeps the tests of its item that come right after it. */
  #noteTest(lookup: TestedLookup, goals: readonly Goal[]): void {
    const tested = this.#tested;
    const isOfItem = lookup.object.kind === 'slot' && lookup.object.slot === tested?.item.slot;
    if (!isOfItem || tested.goals !== goals || tested.next !== goals.length - 1) return;
    tested.tests.push(lookup);
    tested.next += 2;
  }

  /** Returns whether the values of a `=` are computed after it. The order matters only for those in a list or a dictionary. */
  #computesAfter({ left, right }: UnifyNode): boolean {
    if (!this.types.dialect.computesAfterwards) return false;
    const isCollection = ({ kind }: TermNode): boolean => kind === 'list' || kind === 'dictionary';
    if (!isCollection(left) && !isCollection(right)) return false;
    let isFirst = false;
    const look = (node: Node): void => {
      isFirst ||= node.kind === 'new' || (node.kind === 'arithmetic' && node.operator === 'mod');
    };
    visit(left, look);
    visit(right, look);
    return !isFirst;
  }

  /** The goals of a condition of `forall`. */
  #side(node: TermNode): Goal[] {
    const goals = this.goals(node);
    const isSingle =
      node.kind === 'compare' || node.kind === 'in' || node.kind === 'call' || node.kind === 'matches';
    if (!this.types.dialect.computesAfterwards || !isSingle || goals.length < 2) return goals;
    const at = goals.findLastIndex(({ kind }) => kind === (node.kind === 'matches' ? 'isa' : node.kind));
    return at < 1 ? goals : [...goals.slice(at), ...goals.slice(0, at)];
  }

  /** Returns the value of a literal. In a dialect with integers and floats, its text decides which of them a number is. */
  #literal({ value, span }: LiteralNode): unknown {
    return typeof value === 'number' && this.types.dialect.hasOwnOperators
      ? exactNumber(textOf(span))
      : interned(value);
  }

  fresh(): SlotTerm {
    return slotTerm(this.slotNames.push('_') - 1);
  }

  #variable(name: string): Term {
    if (this.types.hasConstant(name)) return constantTerm(this.types.constant(name));
    return this.#slot(name);
  }

  #slot(name: string): SlotTerm {
    const known = this.#find(name);
    return slotTerm(known === -1 ? this.slotNames.push(name) - 1 : known);
  }

  /** Returns -1 for a variable that was not mentioned before; each `_` is a new one. */
  #find(name: string): number {
    return name === '_' ? -1 : this.slotNames.indexOf(name);
  }

  /** Returns whether a key names a property that the application loads when a policy reads it. */
  #isLoaded(key: TermNode): boolean {
    return key.kind === 'literal' && typeof key.value === 'string' && this.types.isLoaded(key.value);
  }

  /** Tests fields as they are written. The dialect oso tests them in the order of their names. */
  #matchFields(value: Term, fields: readonly FieldNode<PatternOrTermNode>[], out: Goal[]): void {
    for (const field of this.types.dialect.undecidedEndsQuery ? sorted(fields) : fields) {
      const attribute = this.fresh();
      const isLoaded = this.types.isLoaded(field.key);
      out.push(lookupGoal(field.keySpan, value, constantTerm(field.key), attribute, true, isLoaded));
      this.match(attribute, field.value, out);
    }
  }

  #specializer(pattern: PatternOrTermNode): Specializer {
    switch (pattern.kind) {
      case 'instance-pattern': {
        const { className: name } = pattern;
        if (isUnionName(name)) return { kind: 'union', union: name };
        return {
          kind: 'type',
          name,
          type: this.types.find(name),
          fieldCount: pattern.fields.length,
          text: pattern.fields.length === 0 ? name : printTerm(pattern),
        };
      }
      case 'dictionary-pattern':
        return { kind: 'dictionary', fieldCount: pattern.fields.length, text: printTerm(pattern) };
      default:
        return { kind: 'other', text: printTerm(pattern) };
    }
  }
}

const isSameVariable = (left: TermNode, right: TermNode): boolean =>
  left.kind === 'variable' && right.kind === 'variable' && left.name === right.name && left.name !== '_';

const isPatternProper = (node: PatternOrTermNode): boolean =>
  node.kind === 'instance-pattern' || node.kind === 'dictionary-pattern' || node.kind === 'list-pattern';

const literalOf = (node: PatternOrTermNode): string | number | boolean | undefined =>
  node.kind === 'literal' && !isLossy(node.value) ? interned(node.value) : undefined;

/** Returns whether a literal is an integer beyond ±(2^53 − 1), of which a number keeps only some digits. */
const isLossy = (value: unknown): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);

/** Returns a literal as the application's code would hold it. Comparing with a slice of the policy's text is slower. */
function interned<Literal extends string | number | boolean>(value: Literal): Literal {
  if (typeof value !== 'string') return value;
  let known = internedTexts.get(value);
  if (known === undefined) {
    if (internedTexts.size >= maxInterned) internedTexts.clear();
    internedTexts.set(value, (known = Object.keys({ [value]: 0 })[0]!));
  }
  return known as Literal;
}

/** A text is looked up faster than it is interned again. */
const internedTexts = new Map<string, string>();
const maxInterned = 1_000;

const sorted = <Value>(fields: readonly FieldNode<Value>[]): readonly FieldNode<Value>[] =>
  fields.length < 2 ? fields : [...fields].sort((a, b) => compareCodePoints(a.key, b.key));
