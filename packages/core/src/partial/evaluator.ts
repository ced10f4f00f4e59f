import { PolarError } from '../diagnostics/polar-error.js';
import { arithmetic } from '../engine/arithmetic.js';
import type { ProgramContext } from '../engine/program-context.js';
import {
  always,
  and,
  derivedNumber,
  never,
  not,
  or,
  readable,
  some,
  through,
  undecided,
  type Condition,
} from '../filter/condition.js';
import { inCondition, trueCondition, whenPresent } from '../filter/comparisons.js';
import { computedNumber } from './computed-numbers.js';
import { dateMethodOf } from './date-methods.js';
import { joinedTextOf } from './joined-texts.js';
import { textTestOf } from './text-tests.js';
import { MissingValue } from '../host/missing-value.js';
import { show } from '../host/show.js';
import { assertNever } from '../internal/bug.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import type {
  ArithmeticGoal,
  AssignGoal,
  CallGoal,
  CompareGoal,
  Goal,
  InGoal,
  IsaGoal,
  LookupGoal,
  MethodGoal,
  NewGoal,
  NotGoal,
  OrGoal,
} from '../ir/goal.js';
import type { Term } from '../ir/term.js';
import { Bindings } from './bindings.js';
import { Choices } from './choices.js';
import type { Derivation } from './derivation.js';
import type { HostReader } from './host-reader.js';
import { occurrencesIn } from './occurrences.js';
import type { Recursion } from './recursion.js';
import { Rows } from './rows.js';
import { RuleCalls, type Goals, type Rest } from './rule-calls.js';
import { TypeTests } from './type-tests.js';
import {
  Cell,
  CollectionValue,
  ColumnValue,
  ComputedValue,
  CountValue,
  describeUnknown,
  DictionaryValue,
  isUnknown,
  JsonValue,
  ListColumnValue,
  ListValue,
  LowerCaseValue,
  ReferenceValue,
  RowValue,
  TypedRowValue,
  type Frame,
} from './unknown.js';
import { placeOf, untranslatable, type Place } from './untranslatable.js';
import { ValueEquality } from './value-equality.js';
import { orderOfValues } from './value-order.js';

/** The maximum of parts of a condition. A database should not run a larger query. */
const maxParts = 10_000;

/**
 * Evaluates rules for a known actor, a known action and an unknown row. The result is the condition under which the rules hold. It
 * proves goals in the order of the machine. If a goal needs the value of a column, it adds a condition and continues. It follows all
 * alternatives, one after the other, and undoes the bindings of each before the next.
 */
export class Evaluator {
  readonly #rows: Rows;
  readonly #bindings = new Bindings();
  readonly #equality: ValueEquality;
  readonly #typeTests: TypeTests;
  readonly #calls: RuleCalls;
  /** The number of conditions under which the current goal is proved. */
  #conditions = 0;
  #parts = 0;
  readonly #choices = new Choices();
  /** The state at the start of the innermost negation. A cut inside the negation ends no alternative outside. */
  #negation = { conditions: 0, choices: 0 };

  /**
   * @param recursions the recursions that earlier evaluations of the same query have met
   * @param isStored whether the condition is used later, when the application may return other values
   * @param derivation receives the rules that are followed, if they are asked for
   */
  constructor(
    readonly context: ProgramContext,
    readonly host: HostReader,
    recursions: readonly Recursion[],
    readonly isStored: boolean,
    derivation?: Derivation,
  ) {
    this.#rows = new Rows(context.program.types);
    this.#equality = new ValueEquality(context, host, this.#rows, this.#bindings);
    this.#typeTests = new TypeTests(context.program, host, this.#rows);
    const conditions = () => this.#conditions;
    const parts = () => this.#parts;
    const goals: Goals = {
      get conditions() {
        return conditions();
      },
      get parts() {
        return parts();
      },
      countParts: (count) => this.#countParts(count),
      prove: (list, frame, rest) => this.#prove(list, 0, frame, rest),
      unify: (left, right, at, rest) => this.#unify(left, right, at, rest),
      under: (condition, rest) => this.#then(condition, rest),
    };
    this.#calls = new RuleCalls(
      goals,
      this.#bindings,
      this.#rows,
      host,
      context.program,
      this.#choices,
      recursions,
      derivation,
    );
  }

  /** Returns the condition of a rule's call, such as `allow(actor, action, row)`. @throws {Pending} {PolarError} */
  call(goal: CallGoal, args: readonly unknown[]): Condition {
    return this.#calls.call(goal, args, () => always);
  }

  row(typeName: string): TypedRowValue {
    return new TypedRowValue(this.#rows.scope(this.context.program.types.find(typeName)!));
  }

  /** Returns the condition that a row of the table of a type is of the type, because tables can hold rows of several types. */
  ofOwnType(row: TypedRowValue, at: Place): Condition {
    return this.#typeTests.ofOwnType(row, at);
  }

  #prove(goals: readonly Goal[], i: number, frame: Frame, rest: Rest): Condition {
    const goal = goals[i];
    if (goal === undefined) return rest();
    this.host.budget.step();
    if (goal.kind === 'in') {
      const end = this.#endOfUse(goals, i, frame);
      if (end !== undefined) {
        const used = goals.slice(i + 1, end);
        const found = this.#bindings.attempt(() =>
          this.#decided(() => this.#proveIn(goal, frame, () => this.#prove(used, 0, frame, () => always))),
        );
        return this.#then(found, () => this.#prove(goals, end, frame, rest));
      }
    }
    return this.#decided(() => this.#proveGoal(goal, frame, () => this.#prove(goals, i + 1, frame, rest)));
  }

  /** Returns the condition of a goal, which is undecided if an element of a list contradicts its declaration. */
  #decided(prove: () => Condition): Condition {
    try {
      return prove();
    } catch (error) {
      if (error instanceof MissingValue) return undecided;
      throw error;
    }
  }

  #proveGoal(goal: Goal, frame: Frame, next: Rest): Condition {
    switch (goal.kind) {
      case 'call':
        return this.#proveCall(goal, frame, next);
      case 'unify':
        return this.#unify(
          this.#bindings.valueOf(goal.left, frame),
          this.#bindings.valueOf(goal.right, frame),
          placeOf(goal, frame),
          next,
        );
      case 'assign':
        return this.#proveAssign(goal, frame, next);
      case 'compare':
        return this.#proveCompare(goal, frame, next);
      case 'in':
        return this.#proveIn(goal, frame, next);
      case 'isa':
        return this.#proveIsa(goal, frame, next);
      case 'lookup':
        return this.#proveLookup(goal, frame, next);
      case 'method':
        return this.#proveMethod(goal, frame, next);
      case 'new':
        return this.#proveNew(goal, frame, next);
      case 'arithmetic':
        return this.#proveArithmetic(goal, frame, next);
      case 'condition':
        return this.#proveCondition(this.#resolved(goal.term, frame), placeOf(goal, frame), next);
      case 'or':
        return this.#proveOr(goal, frame, next);
      case 'not':
        return this.#proveNot(goal, frame, next);
      case 'cut':
        this.#cut(goal, frame);
        return next();
      case 'print':
        this.context.print(
          goal.args.map((arg) => this.#shown(this.#bindings.valueOf(arg, frame))).join(', '),
        );
        return next();
      case 'debug':
        return next();
      default:
        return assertNever(goal);
    }
  }

  // ── conditions and alternatives ──

  /** Returns the conjunction of a condition and the condition of the rest. */
  #then(condition: Condition, rest: Rest): Condition {
    const woken = this.#bindings.takeWoken();
    if (condition.kind === 'never' || condition.kind === 'undecided') return condition;
    const follow =
      woken.length === 0
        ? rest
        : woken.reduceRight<Rest>(
            (then, { goal, frame }) =>
              () =>
                this.#proveGoal(goal, frame, then),
            rest,
          );
    return condition.kind === 'always' ? follow() : this.#under(() => and(condition, follow()));
  }

  /** Evaluates under a condition that is not constant. */
  #under(evaluate: Rest): Condition {
    this.#countParts(1);
    this.#conditions++;
    try {
      return evaluate();
    } finally {
      this.#conditions--;
    }
  }

  #countParts(count: number): void {
    this.#parts += count;
    if (this.#parts > maxParts) throw new PolarError('POLAR_FILTER_TOO_LARGE', { limit: maxParts });
  }

  #unify(left: unknown, right: unknown, at: Place, rest: Rest): Condition {
    return this.#then(this.#equality.equal(left, right, at, true), rest);
  }

  #proveNot(goal: NotGoal, frame: Frame, next: Rest): Condition {
    const around = this.#negation;
    this.#negation = { conditions: this.#conditions, choices: this.#choices.depth };
    const operand = this.#bindings.attempt(() => this.#prove(goal.operand, 0, frame, () => always));
    this.#negation = around;
    return this.#then(not(operand), next);
  }

  /** Ends the alternatives of the rule's call, or those within a negation in the rule. */
  #cut(goal: Goal, frame: Frame): void {
    const { conditions, choices } = this.#negation;
    if (this.#conditions > Math.max(frame.conditions, conditions))
      throw untranslatable(
        'a cut after a condition on a row',
        'say with `not` when the other rules apply',
        placeOf(goal, frame),
      );
    if (!this.#choices.cut(Math.max(frame.choices, choices)))
      throw untranslatable(
        'a cut where the order of the rules depends on the row',
        'say with `not` when the other rules apply',
        placeOf(goal, frame),
      );
  }

  #proveOr(goal: OrGoal, frame: Frame, next: Rest): Condition {
    const isShared = this.#givesValues(goal, frame);
    const ways = this.#choices.followEach(goal.alternatives, (alternative) =>
      this.#bindings.attempt(() => this.#prove(alternative, 0, frame, isShared ? next : () => always)),
    );
    return isShared ? or(...ways) : this.#then(or(...ways), next);
  }

  /** Returns whether the alternatives can bind a variable that other goals use, so that later goals depend on the alternative. */
  #givesValues(goal: OrGoal, frame: Frame): boolean {
    for (const [slot, count] of occurrencesIn(goal)) {
      const value = frame.slots[slot];
      if (value !== undefined ? !this.#bindings.isGround(value) : frame.occurrences.get(slot)! > count)
        return true;
    }
    return false;
  }

  /**
   * Returns the end of the goals that use the item of an `in` over related rows, or values that they get from it: the goals after them
   * do not depend on which of the rows it is. Undefined when that cannot be told.
   */
  #endOfUse(goals: readonly Goal[], from: number, frame: Frame): number | undefined {
    const goal = goals[from] as InGoal;
    if (!(this.#resolved(goal.collection, frame) instanceof CollectionValue)) return undefined;
    const counts = new Map<number, number>();
    for (let end = from; end < goals.length; end++) {
      if (goals[end]!.kind === 'cut') return undefined;
      for (const [slot, count] of occurrencesIn(goals[end]!))
        counts.set(slot, (counts.get(slot) ?? 0) + count);
      const isClosed = [...counts].every(([slot, count]) => {
        const value = frame.slots[slot];
        return value !== undefined ? this.#bindings.isGround(value) : frame.occurrences.get(slot) === count;
      });
      if (isClosed) return end + 1;
    }
    return undefined;
  }

  /** Returns the value of a term. A promise is replaced by its value. */
  #resolved(term: Term, frame: Frame): unknown {
    const value = this.#bindings.valueOf(term, frame);
    return isUnknown(value) ? value : this.host.settled(value);
  }

  // ── goals ──

  #proveAssign(goal: AssignGoal, frame: Frame, next: Rest): Condition {
    const variable = this.#bindings.valueOf(goal.variable, frame);
    const value = this.#bindings.valueOf(goal.value, frame);
    if (variable instanceof Cell)
      return variable === value ? next() : this.#unify(variable, value, placeOf(goal, frame), next);
    if (variable === value) return next();
    throw new PolarError('POLAR_RUN_ALREADY_BOUND', { name: goal.name }, goal.span);
  }

  #proveCompare(goal: CompareGoal, frame: Frame, next: Rest): Condition {
    const { operator } = goal;
    const left = this.#resolved(goal.left, frame);
    const right = this.#resolved(goal.right, frame);
    if (operator === '==' || operator === '!=') {
      const equal = this.#equality.equal(left, right, placeOf(goal, frame), false);
      return this.#then(operator === '==' ? equal : not(equal), next);
    }
    return this.#then(orderOfValues(operator, left, right, placeOf(goal, frame), this.host.budget), next);
  }

  #proveIn(goal: InGoal, frame: Frame, next: Rest): Condition {
    const at = placeOf(goal, frame);
    const collection = this.#resolved(goal.collection, frame);
    const item = this.#bindings.valueOf(goal.item, frame);
    if (collection instanceof CollectionValue) {
      const step = this.#rows.step(collection.from, collection.relation);
      const row = new RowValue(step.to);
      const isAccepted = this.#typeTests.isAccepted(step.to, at);
      // A row that is known already only has to be among the related rows. What follows does not depend on which of them it is.
      if (this.#bindings.isGround(item))
        return this.#then(
          some(
            step,
            and(
              isAccepted,
              this.#bindings.attempt(() => this.#equality.equal(item, row, at, true)),
            ),
          ),
          next,
        );
      return this.#under(() =>
        some(
          step,
          this.#then(isAccepted, () => this.#bindings.attempt(() => this.#unify(item, row, at, next))),
        ),
      );
    }
    if (collection instanceof ListColumnValue)
      return this.#then(this.#equality.contains(collection, item, at), next);
    const found = this.#itemsOf(collection, at);
    if (found === undefined) return undecided;
    const items = found.filter((each) => !(each instanceof MissingValue));
    const isAmong = this.#isAmong(items, item, at, next);
    return items.length === found.length ? isAmong : or(isAmong, undecided);
  }

  /** Returns the condition that an item is one of the elements of a known collection. */
  #isAmong(items: readonly unknown[], item: unknown, at: Place, next: Rest): Condition {
    if (item instanceof ColumnValue && this.#equality.isSimple(item, items))
      return this.#then(inCondition(item.column, items), next);
    const among = this.#equality.among(item, items, at);
    if (among !== undefined) return this.#then(among, next);
    const isShared = !this.#bindings.isGround(item) || items.some((each) => !this.#bindings.isGround(each));
    const ways = this.#choices.followEach(items, (each) => {
      this.host.budget.step();
      return this.#bindings.attempt(() => this.#unify(item, each, at, isShared ? next : () => always));
    });
    return isShared ? or(...ways) : this.#then(or(...ways), next);
  }

  /** Returns the elements of a collection that is known, or undefined when it cannot be iterated. */
  #itemsOf(collection: unknown, at: Place): readonly unknown[] | undefined {
    if (collection instanceof ListValue && collection.rest === undefined) return collection.items;
    if (collection instanceof DictionaryValue)
      return collection.keys.map((key, i) => new ListValue([key, collection.values[i]], undefined));
    if (
      collection instanceof ColumnValue &&
      ['boolean', 'integer', 'float', 'decimal'].includes(collection.column.type)
    )
      return undefined;
    if (isUnknown(collection))
      throw untranslatable(
        '`in` over a value that is not a list of the policy, of the actor, or a declared relation',
        'declare the relation with many(…)',
        at,
      );
    return this.host.elements(collection, at.span);
  }

  #proveIsa(goal: IsaGoal, frame: Frame, next: Rest): Condition {
    const value = this.#resolved(goal.value, frame);
    const { union, type } = goal;
    const at = placeOf(goal, frame);
    if (union === undefined && type === undefined)
      throw new PolarError('POLAR_RUN_UNKNOWN_CLASS', { name: goal.name, known: [] }, goal.span);
    if (value instanceof Cell) {
      this.#bindings.wait(value, goal, frame);
      return next();
    }
    const wanted = union === undefined ? [type!] : this.context.program.unions[union];
    if (value instanceof ReferenceValue)
      return this.#enter(value, () => this.#proveIsa(goal, frame, next), some);
    return this.#then(this.#typeTests.ofAny(value, wanted, at), next);
  }

  /** Continues with the row of a relation. @param make `some`: the row has to exist; `through`: without a row it is undecided */
  #enter(reference: ReferenceValue, rest: Rest, make: typeof some): Condition {
    const step = this.#rows.step(reference.from, reference.relation);
    return this.#under(() =>
      make(
        step,
        this.#bindings.attempt(() => {
          this.#bindings.enter(reference, new RowValue(step.to));
          return rest();
        }),
      ),
    );
  }

  /** Returns the condition that the row of a relation, if it exists, is accepted as one of its declared type. */
  #isAccepted({ from, relation }: ReferenceValue, at: Place): Condition {
    const step = this.#rows.step(from, relation);
    const isAccepted = this.#typeTests.isAccepted(step.to, at);
    return isAccepted.kind === 'always' ? always : not(some(step, not(isAccepted)));
  }

  #proveLookup(goal: LookupGoal, frame: Frame, next: Rest): Condition {
    const { span, result } = goal;
    const at = placeOf(goal, frame);
    const object = this.#resolved(goal.object, frame);
    const key = this.#resolved(goal.key, frame);
    if (object instanceof ReferenceValue) {
      return this.#enter(object, () => this.#proveLookup(goal, frame, next), through);
    }
    const isLength = key === 'length';
    if (isUnknown(key)) throw untranslatable('a key that is not known', 'write the name of the field', at);
    if (object instanceof RowValue) {
      if (typeof key !== 'string') return undecided;
      const value = this.#rows.read(object, key, at);
      const found = () => this.#unify(this.#bindings.valueOf(result, frame), value, at, next);
      const isColumn =
        value instanceof ColumnValue || value instanceof ListColumnValue || value instanceof JsonValue;
      const isTested = isColumn && object.scope.type.places.has(key);
      if (isTested) return this.#then(readable(value.column), found);
      return value instanceof ReferenceValue ? this.#then(this.#isAccepted(value, at), found) : found();
    }
    if (object instanceof JsonValue) {
      if (typeof key !== 'string') return undecided;
      const value = this.#rows.member(object, key, at);
      const isRead = and(whenPresent(object.column, always), readable(value.column));
      return this.#then(isRead, () => this.#unify(this.#bindings.valueOf(result, frame), value, at, next));
    }
    if (object instanceof DictionaryValue) {
      const i = typeof key === 'string' ? object.keys.indexOf(key) : -1;
      return i === -1
        ? never
        : this.#unify(this.#bindings.valueOf(result, frame), object.values[i], at, next);
    }
    if (object instanceof CollectionValue && isLength) {
      const count = new CountValue(this.#rows.step(object.from, object.relation));
      return this.#unify(this.#bindings.valueOf(result, frame), count, at, next);
    }
    if (isText(object) && isLength && this.context.operators === undefined) {
      const length = new ColumnValue(derivedNumber(object.column, 'length'));
      return this.#then(whenPresent(object.column, always), () =>
        this.#unify(this.#bindings.valueOf(result, frame), length, at, next),
      );
    }
    if (isUnknown(object))
      throw untranslatable(
        `\`${String(key)}\` of ${describeUnknown(object)}`,
        'read fields of rows only',
        at,
      );
    if (typeof key !== 'string') return undecided;
    if (this.isStored && hasGetter(object, key)) this.#rejectStored('a getter', at);
    return this.#receive(
      this.host.attribute(object, key, span),
      this.#bindings.valueOf(result, frame),
      at,
      next,
    );
  }

  #receive(found: unknown, result: unknown, at: Place, next: Rest): Condition {
    if (!(found instanceof MissingValue)) return this.#unify(result, found, at, next);
    if (found.isFault) throw new PolarError(found.code, found.data, at.span);
    return found.isPlainFailure ? never : undecided;
  }

  /** Follows both values that a test of the row can have. A value that nothing accepts needs no condition. */
  #receiveTest(test: Condition, result: unknown, at: Place, next: Rest): Condition {
    const [whenTrue, whenFalse] = this.#choices.followEach([true, false], (value) =>
      this.#under(() => this.#bindings.attempt(() => this.#unify(result, value, at, next))),
    );
    if (whenFalse!.kind === 'never') return and(test, whenTrue!);
    if (whenTrue!.kind === 'never') return and(not(test), whenFalse!);
    return or(and(test, whenTrue!), and(not(test), whenFalse!));
  }

  #proveMethod(goal: MethodGoal, frame: Frame, next: Rest): Condition {
    const { span, method } = goal;
    const at = placeOf(goal, frame);
    const receiver = this.#resolved(goal.object, frame);
    const args = goal.args.map((arg) => this.#resolved(arg, frame));
    const test = textTestOf(goal, receiver, args, at);
    if (test !== undefined)
      return this.#receiveTest(test, this.#bindings.valueOf(goal.result, frame), at, next);
    const joined = this.context.operators === undefined ? joinedTextOf(goal, receiver, args, at) : undefined;
    if (joined === 'undecided') return undecided;
    if (joined !== undefined)
      return this.#then(joined.isPresent, () =>
        this.#unify(this.#bindings.valueOf(goal.result, frame), joined.text, at, next),
      );
    if (method === 'toLowerCase' && goal.args.length === 0 && isText(receiver))
      return this.#then(whenPresent(receiver.column, always), () =>
        this.#unify(
          this.#bindings.valueOf(goal.result, frame),
          new LowerCaseValue(receiver.column),
          at,
          next,
        ),
      );
    const date = dateMethodOf(goal, receiver, at);
    if (date !== undefined)
      return this.#then(date.isPresent, () =>
        this.#unify(this.#bindings.valueOf(goal.result, frame), date.number, at, next),
      );
    if (isUnknown(receiver))
      throw untranslatable(
        `the method \`${method}\` of ${describeUnknown(receiver)}`,
        'compare fields and relations, which a query can read',
        at,
      );
    this.#rejectStored(`the method \`${method}\``, at);
    if (goal.hasKeywords) throw new PolarError('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: method }, span);
    const known = this.#arguments(goal.args, `an argument of \`${method}\``, frame, at);
    return this.#receive(
      this.host.call(receiver, method, known, span),
      this.#bindings.valueOf(goal.result, frame),
      at,
      next,
    );
  }

  #proveNew(goal: NewGoal, frame: Frame, next: Rest): Condition {
    const { type, span } = goal;
    const at = placeOf(goal, frame);
    if (type?.class === undefined)
      throw new PolarError('POLAR_RUN_UNKNOWN_CLASS', { name: goal.name, known: [] }, span);
    if (goal.hasKeywords) throw new PolarError('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: goal.name }, span);
    this.#rejectStored(`\`new ${goal.name}\``, at);
    const args = this.#arguments(goal.args, `an argument of \`new ${goal.name}\``, frame, at);
    return this.#unify(
      this.#bindings.valueOf(goal.result, frame),
      this.host.construct(type, args, span),
      at,
      next,
    );
  }

  /** Throws for a value of the application that a stored condition would keep. */
  #rejectStored(construct: string, at: Place): void {
    if (this.isStored)
      throw untranslatable(
        `${construct}, whose result can change after the condition is stored`,
        'compare columns and fields of the actor',
        at,
      );
  }

  #arguments(terms: readonly Term[], label: string, frame: Frame, at: Place): readonly unknown[] {
    return terms.map((term) => {
      const value = this.#resolved(term, frame);
      if (isUnknown(value))
        throw untranslatable(
          `${label} that is not known`,
          'call it with values of the actor or of the policy',
          at,
        );
      return value;
    });
  }

  #proveArithmetic(goal: ArithmeticGoal, frame: Frame, next: Rest): Condition {
    const left = this.#resolved(goal.left, frame);
    const right = this.#resolved(goal.right, frame);
    if (isUnknown(left) || isUnknown(right)) {
      if (this.context.operators !== undefined)
        throw untranslatable(
          'arithmetic on a column in the dialect of oso',
          'move it to the side of the known value',
          placeOf(goal, frame),
        );
      const number = computedNumber(goal.operator, left, right, placeOf(goal, frame));
      if (number === undefined) return undecided;
      return this.#then({ kind: 'computable', number }, () =>
        this.#unify(
          this.#bindings.valueOf(goal.result, frame),
          new ComputedValue(number),
          placeOf(goal, frame),
          next,
        ),
      );
    }
    const result = arithmetic(goal.operator, left, right, this.context.operators);
    if (typeof result === 'string') return undecided;
    this.host.observer?.noteResult([left, right], result);
    return this.#unify(this.#bindings.valueOf(goal.result, frame), result, placeOf(goal, frame), next);
  }

  #proveCondition(value: unknown, at: Place, next: Rest): Condition {
    if (value === true) return next();
    if (value === false) return never;
    if (value instanceof ColumnValue) return this.#then(trueCondition(value.column), next);
    if (value instanceof Cell)
      throw untranslatable('a condition that has no value yet', 'give the variable a value before', at);
    return undecided;
  }

  // ── calls ──

  #proveCall(goal: CallGoal, frame: Frame, next: Rest): Condition {
    if (goal.hasKeywords)
      throw new PolarError('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: goal.predicate.name }, goal.span);
    return this.#calls.call(
      goal,
      goal.args.map((arg) => this.#bindings.valueOf(arg, frame)),
      next,
      frame,
    );
  }

  #shown(value: unknown): string {
    return isUnknown(value) ? describeUnknown(value) : show(value, this.context.program.types);
  }
}

const isText = (value: unknown): value is ColumnValue =>
  value instanceof ColumnValue && value.column.type === 'string';

function hasGetter(object: unknown, key: string): boolean {
  let holder = isObjectOrFunction(object) ? object : null;
  for (; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    const property = Object.getOwnPropertyDescriptor(holder, key);
    if (property !== undefined) return property.get !== undefined;
  }
  return false;
}
