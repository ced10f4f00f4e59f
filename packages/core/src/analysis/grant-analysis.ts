import type { Equality } from '../engine/equality.js';
import type { Predicate, Rule } from '../ir/goal.js';
import type { Program } from '../ir/program.js';
import type { DeclaredType } from '../types/declared-type.js';
import { either, keyOf, ConcreteCases, type AbstractValue } from './abstract-value.js';
import { Narrowing } from './narrowing.js';
import { Overlap } from './overlap.js';
import { RulesByHead } from './rules-by-head.js';
import { AbstractEvaluator, type Slots } from './abstract-evaluator.js';

/** A call with the abstract values of its arguments. It counts as impossible until one of its rules may hold. */
interface Call {
  isPossible: boolean;
  /** The abstract arguments after the heads of its rules match. */
  readonly args: readonly AbstractValue[];
  /** Rule bodies that depend on this call. */
  readonly waiting: Set<Task>;
}

/** A rule of a call whose body is not yet evaluated. */
interface Task {
  readonly call: Call;
  readonly rule: Rule;
  readonly slots: Readonly<Slots>;
}

/** The maximum of goals for one query. Above it, the analysis returns that a rule may grant the action. */
const maxSteps = 300_000;
/** The maximum of calls that stay cached between queries. */
const maxCalls = 100_000;

/**
 * Decides whether a policy can grant an action to any actor, with any data. It evaluates the rules that a query can reach, with the
 * facts that are known in advance: the action and the type of the resource. The calls that may hold are the least fixpoint: each
 * call starts as impossible, and a body that fails because of a call is evaluated again once that call is possible. Recursion
 * therefore needs neither a stack nor a guess, and every result stays valid for later queries.
 */
export class GrantAnalysis {
  readonly #overlap: Overlap;
  readonly #indexes = new Map<string, RulesByHead>();
  readonly #undeclaredFacts: ReadonlySet<string>;
  #cases = new ConcreteCases();
  #evaluator: AbstractEvaluator;
  #calls = new Map<string, Call>();
  #tasks: Task[] = [];
  #task: Task | undefined;
  #steps = 0;

  constructor(
    readonly program: Program,
    equality: Equality,
    /** Returns whether a rule counts. */
    readonly counts: (rule: Rule) => boolean = () => true,
    /** Returns whether facts of this name that are not declared count. They can have any arguments. */
    readonly countsFacts: (name: string) => boolean = () => true,
  ) {
    const undeclared = program.policy.facts.filter(({ declaration }) => declaration === undefined);
    this.#undeclaredFacts = new Set(undeclared.map(({ name, arity }) => `${arity} ${name}`));
    this.#overlap = new Overlap(program.types, typeof equality === 'function');
    this.#evaluator = this.#newEvaluator();
  }

  /** Returns whether `allow(_, action, resource)` may hold for some resource. */
  forAnything(action: string): boolean {
    return this.mayHold('allow', (cases) => ['anything', [cases.value(action)], 'anything']);
  }

  /** Returns whether `allow(_, action, resource)` may hold for an instance of the type. */
  forInstance(action: string, type: DeclaredType): boolean {
    return this.mayHold('allow', (cases) => [
      'anything',
      [cases.value(action)],
      [cases.instance(type, true)],
    ]);
  }

  /** Returns whether `allow(_, action, resource)` may hold for exactly this value. */
  forValue(action: string, resource: unknown): boolean {
    return this.mayHold('allow', (cases) => ['anything', [cases.value(action)], [cases.value(resource)]]);
  }

  /** Returns whether a rule of this name may hold for arguments with these abstract values. */
  mayHold(name: string, argsOf: (cases: ConcreteCases) => readonly AbstractValue[]): boolean {
    const predicate = this.program.predicates.get(name);
    if (predicate === undefined) return false;
    // Queries about actions from clients must not fill the memory.
    if (this.#calls.size > maxCalls) this.#forget();
    const decide = (): boolean | undefined => this.#decide(predicate, argsOf(this.#cases));
    const hadTasks = this.#tasks.length > 0;
    let found = decide();
    if (found === undefined) this.#forget();
    // The tasks of earlier queries may have used up the steps.
    if (found === undefined && hadTasks && (found = decide()) === undefined) this.#forget();
    return found ?? true;
  }

  /** Returns the rules of this name that may hold for arguments with these abstract values. */
  rulesThatMayHold(
    name: string,
    argsOf: (cases: ConcreteCases) => readonly AbstractValue[],
  ): readonly Rule[] {
    const predicate = this.program.predicates.get(name);
    if (predicate === undefined) return [];
    if (this.#calls.size > maxCalls) this.#forget();
    const args = argsOf(this.#cases);
    let tookTooLong = false;
    const found = this.#rulesFor(predicate, args).filter((rule) => {
      const holds = tookTooLong || this.#ruleMayHold(rule, args);
      if (holds === undefined) tookTooLong = true;
      return holds !== false;
    });
    if (tookTooLong) this.#forget();
    return found;
  }

  /** Decides whether one rule may hold; undefined when the analysis takes too long. */
  #ruleMayHold(rule: Rule, args: readonly AbstractValue[]): boolean | undefined {
    const head = this.#evaluator.head(rule, args);
    if (head === undefined) return false;
    const call: Call = { isPossible: rule.body.length === 0, args, waiting: new Set() };
    if (!call.isPossible) this.#tasks.push({ call, rule, slots: head.slots });
    return this.#settle(call);
  }

  /** Decides whether a call may hold; undefined when the analysis takes too long. */
  #decide(predicate: Predicate, args: readonly AbstractValue[]): boolean | undefined {
    return this.#settle(this.#call(predicate, args));
  }

  /** Evaluates rules until it is known whether a call may hold; undefined when that takes too long. */
  #settle(queried: Call): boolean | undefined {
    this.#steps = 0;
    while (!queried.isPossible) {
      if (this.#steps > maxSteps) return undefined;
      const task = this.#tasks.pop();
      if (task === undefined) return false;
      if (task.call.isPossible) continue;
      this.#task = task;
      if (this.#evaluator.goals(task.rule.body, [...task.slots])) this.#note(task.call);
    }
    return true;
  }

  #note(call: Call): void {
    call.isPossible = true;
    this.#tasks.push(...call.waiting);
    call.waiting.clear();
  }

  /** Returns the cached result of a call, or schedules its rules. */
  #call(predicate: Predicate, args: readonly AbstractValue[]): Call {
    const key = `${args.map(keyOf).join()} ${predicate.name}`;
    let call = this.#calls.get(key);
    if (call !== undefined) return call;
    if (this.#undeclaredFacts.has(`${args.length} ${predicate.name}`) && this.countsFacts(predicate.name)) {
      this.#calls.set(key, (call = { isPossible: true, args, waiting: new Set() }));
      return call;
    }
    const tasks: { rule: Rule; slots: Slots }[] = [];
    let left: readonly AbstractValue[] | undefined;
    for (const rule of this.#rulesFor(predicate, args)) {
      const head = this.#evaluator.head(rule, args);
      if (head === undefined) continue;
      tasks.push({ rule, slots: head.slots });
      left = left === undefined ? head.args : left.map((value, i) => either(value, head.args[i]!));
    }
    call = {
      isPossible: tasks.some(({ rule }) => rule.body.length === 0),
      args: args.map((arg, i) => (left === undefined || left[i] === 'anything' ? arg : left[i]!)),
      waiting: new Set(),
    };
    this.#calls.set(key, call);
    // The rule that is defined first is evaluated first, because tasks are taken from the end.
    if (!call.isPossible) for (const task of tasks.reverse()) this.#tasks.push({ call, ...task });
    return call;
  }

  #rulesFor(predicate: Predicate, args: readonly AbstractValue[]): readonly Rule[] {
    const key = `${args.length} ${predicate.name}`;
    let index = this.#indexes.get(key);
    if (index === undefined) {
      const declared = this.program.declaredFacts.filter(
        ({ name, parameters }) => name === predicate.name && parameters.length === args.length,
      );
      const rules = [...(predicate.byArity.get(args.length) ?? []), ...declared].filter(this.counts);
      index = new RulesByHead(rules, this.#overlap);
      this.#indexes.set(key, index);
    }
    return index.find(args);
  }

  #newEvaluator(): AbstractEvaluator {
    return new AbstractEvaluator(
      this.program,
      new Narrowing(this.#cases, this.#overlap),
      (goal, args) => {
        if (goal.hasKeywords) return undefined;
        const call = this.#call(goal.predicate, args);
        if (call.isPossible) return call.args;
        call.waiting.add(this.#task!);
        return undefined;
      },
      (cost) => {
        this.#steps += cost;
      },
    );
  }

  #forget(): void {
    this.#cases = new ConcreteCases();
    this.#evaluator = this.#newEvaluator();
    this.#calls = new Map();
    this.#tasks = [];
  }
}
