import { always, and, never, not, or, some, type Condition, type RecursiveSet } from '../filter/condition.js';
import type { CallGoal, Goal, Predicate, Rule } from '../ir/goal.js';
import { recursionOf } from '../engine/tabling/recursion.js';
import { headGoals } from '../ir/head-goals.js';
import type { Program } from '../ir/program.js';
import type { Bindings } from './bindings.js';
import type { Choices } from './choices.js';
import { CallTable, conditionFor } from './call-table.js';
import type { Derivation } from './derivation.js';
import type { HostReader } from './host-reader.js';
import { occurrencesIn } from './occurrences.js';
import { isSameOrRelated, Recursion, rowTypeOf } from './recursion.js';
import type { Rows } from './rows.js';
import { inOrder } from './rule-order.js';
import { ActorValue, Cell, isUnknown, ReferenceValue, RowValue, type Frame } from './unknown.js';
import { placeOf, untranslatable, type Place } from './untranslatable.js';

/** Returns the condition of everything that follows in the evaluation. */
export type Rest = () => Condition;

/** The evaluation of goals, which calls need. */
export interface Goals {
  /** The number of conditions under which the current goal is proved. */
  readonly conditions: number;
  /** The number of parts that the evaluation has made. */
  readonly parts: number;
  /** Counts parts of a condition. @throws {PolarError} `POLAR_FILTER_TOO_LARGE` */
  countParts(count: number): void;
  prove(goals: readonly Goal[], frame: Frame, rest: Rest): Condition;
  unify(left: unknown, right: unknown, at: Place, rest: Rest): Condition;
  under(condition: Condition, rest: Rest): Condition;
}

interface Activation {
  readonly predicate: CallGoal['predicate'];
  readonly args: readonly unknown[];
  readonly kind: string;
}

/** Calls rules: follows each rule of a name whose head may match, and finds rules that call themselves for a related row. */
export class RuleCalls {
  readonly #table = new CallTable();
  /** The kinds of the calls that the current entry of the table has made. */
  #made = new Set<string>();
  readonly #activations: Activation[] = [];
  readonly #sets = new Map<Recursion, RecursiveSet>();

  /**
   * @param recursions the recursions that earlier evaluations of the same query have met
   * @param derivation undefined if nobody asks which rules were followed. Equal calls are then evaluated once
   */
  constructor(
    readonly goals: Goals,
    readonly bindings: Bindings,
    readonly rows: Rows,
    readonly host: HostReader,
    readonly program: Program,
    readonly choices: Choices,
    readonly recursions: readonly Recursion[],
    readonly derivation: Derivation | undefined,
  ) {}

  /** Returns the condition of a call, and of what follows it. */
  call(goal: CallGoal, args: readonly unknown[], next: Rest, caller?: Frame): Condition {
    const { predicate } = goal;
    const values = args.map((arg) => this.bindings.deref(arg));
    const kind = kindOf(predicate, values);
    this.#made.add(kind);
    const recursion = this.recursions.find((each) => each.matches(predicate, values, this.host));
    if (recursion !== undefined)
      return this.goals.under(this.#reaches(recursion, goal, values, caller), next);
    // A question fails in its own proof. Its rules are followed once more, because a condition after the call is undecided where the
    // question holds in another way.
    const times = this.#timesOpen(predicate, values);
    if (times > 1) return never;
    if (times === 0) this.#rejectRecursion(goal, values, caller);
    if (times === 0 && this.#isTabled(values))
      return this.goals.under(this.#conditionOf(goal, values, kind), next);
    return this.#tryRules(goal, args, kind, next);
  }

  /** Returns whether the condition of a call depends on its arguments only: not on rows that were entered from them outside. */
  #isTabled(args: readonly unknown[]): boolean {
    return (
      this.derivation === undefined &&
      CallTable.canHold(args) &&
      !args.some((arg) => arg instanceof RowValue && this.bindings.hasEnteredFrom(arg.scope))
    );
  }

  /** Returns the condition of a call: that of an equal call before, or of its rules. */
  #conditionOf(goal: CallGoal, args: readonly unknown[], kind: string): Condition {
    const { predicate } = goal;
    const known = this.#table.find(predicate, args);
    if (known !== undefined && !this.#isOpen(known.made)) {
      const condition = conditionFor(known, args, ({ type }) => this.rows.scope(type));
      if (condition !== undefined) {
        this.goals.countParts(known.parts);
        for (const each of known.made) this.#made.add(each);
        return condition;
      }
    }
    const around = this.#made;
    const made = new Set<string>();
    const before = this.goals.parts;
    this.#made = made;
    try {
      const condition = this.#tryRules(goal, args, kind, () => always);
      const parts = this.goals.parts - before;
      if (!this.#isOpen(made)) this.#table.add(predicate, { args, condition, parts, made });
      return condition;
    } finally {
      this.#made = around;
      for (const each of made) around.add(each);
    }
  }

  /** Returns whether a call of one of the kinds is being evaluated. A call that meets itself has another condition than alone. */
  #isOpen(kinds: ReadonlySet<string>): boolean {
    return this.#activations.some(({ kind }) => kinds.has(kind));
  }

  /** Returns the condition under which a rule that calls itself holds for a row. */
  #reaches(
    recursion: Recursion,
    goal: CallGoal,
    args: readonly unknown[],
    caller: Frame | undefined,
  ): Condition {
    const { predicate, position, type } = recursion;
    const row = args[position];
    if (row instanceof ReferenceValue) {
      const step = this.rows.step(row.from, row.relation);
      const withNil = this.bindings.attempt(() =>
        this.call(goal, args.with(position, null), () => always, caller),
      );
      return or(
        some(step, this.#reaches(recursion, goal, args.with(position, new RowValue(step.to)), caller)),
        and(not(this.rows.isPresent(row.from, row.relation)), withNil),
      );
    }
    let set = this.#sets.get(recursion);
    if (set === undefined) {
      if (type.key === undefined)
        throw untranslatable(
          `a recursion over rows of \`${type.name}\`, which declares no key`,
          "declare its `key`, such as key: 'id'",
          placeOf(goal, caller),
        );
      const scope = this.rows.scope(type);
      set = { rule: predicate.name, row: scope, key: type.key, body: never };
      this.#sets.set(recursion, set);
      const activations = this.#activations.splice(0);
      set.body = this.bindings.attempt(() =>
        this.#tryRules(goal, args.with(position, new RowValue(scope)), kindOf(predicate, args), () => always),
      );
      this.#activations.push(...activations);
    }
    return { kind: 'reaches', row: (row as RowValue).scope, set };
  }

  #tryRules(goal: CallGoal, args: readonly unknown[], kind: string, next: Rest): Condition {
    const { predicate } = goal;
    const isShared = !args.every((arg) => this.bindings.isGround(arg));
    const depth = this.choices.depth;
    const activation: Activation = { predicate, args, kind };
    const values = args.map((arg) => this.bindings.deref(arg));
    const matching = (predicate.byArity.get(args.length) ?? []).filter((rule) => {
      this.host.budget.step();
      return mayMatch(rule, args);
    });
    const { rules, isCertain } = inOrder(matching, values, this.program, this.host);
    const follow = (rule: Rule, leave: (rest: Rest) => Condition): Condition => {
      const frame = frameOf(rule, this.goals.conditions, depth);
      this.#activations.push(activation);
      const after: Rest = () => {
        // The goals after the call do not belong to it.
        const own = this.#activations.splice(this.#activations.indexOf(activation));
        try {
          return isShared ? leave(next) : always;
        } finally {
          this.#activations.push(...own);
        }
      };
      try {
        return this.#proveRule(rule, args, frame, after);
      } finally {
        this.#activations.length = Math.max(0, this.#activations.indexOf(activation));
      }
    };
    const { derivation } = this;
    const ways = this.choices.followEach(
      rules,
      (rule) =>
        this.bindings.attempt(() =>
          derivation === undefined
            ? follow(rule, (rest) => rest())
            : derivation.follow(rule, (leave) => follow(rule, leave)),
        ),
      isCertain,
    );
    return isShared ? or(...ways) : this.goals.under(or(...ways), next);
  }

  #proveRule(rule: Rule, args: readonly unknown[], frame: Frame, rest: Rest): Condition {
    const open = rule.parameters.map((parameter) => ({ parameter, hasType: false }));
    const goals = [...headGoals(open), ...rule.body];
    const unifyFrom = (i: number): Condition => {
      const parameter = rule.parameters[i];
      if (parameter === undefined) return this.goals.prove(goals, frame, rest);
      const { term, takesArgument, span } = parameter;
      if (takesArgument && term.kind === 'slot') {
        frame.slots[term.slot] = args[i] === undefined ? Cell.ofUndefined() : args[i];
        return unifyFrom(i + 1);
      }
      return this.goals.unify(args[i], this.bindings.valueOf(term, frame), { span, rule: rule.name }, () =>
        unifyFrom(i + 1),
      );
    };
    return unifyFrom(0);
  }

  /** Returns how many times the rules of the same call are being followed. */
  #timesOpen(predicate: CallGoal['predicate'], args: readonly unknown[]): number {
    if (!recursionOf(this.program).isTabled(predicate) || args.some((arg) => arg instanceof Cell)) return 0;
    return this.#activations.filter(
      (each) =>
        each.predicate === predicate &&
        each.args.length === args.length &&
        each.args.every((arg, i) => this.host.isSame(this.bindings.deref(arg), args[i])),
    ).length;
  }

  /** Throws a `Recursion` for a rule that calls itself for a related row. The evaluation then starts again and computes a set for it. */
  #rejectRecursion(goal: CallGoal, args: readonly unknown[], caller: Frame | undefined): void {
    const { predicate } = goal;
    if (!args.some((arg) => rowTypeOf(arg) !== undefined)) return;
    const active = this.#activations.find(
      (each) =>
        each.predicate === predicate &&
        each.args.length === args.length &&
        each.args.every((arg, i) => isSameOrRelated(this.bindings.deref(arg), args[i], this.host)),
    );
    if (active === undefined) return;
    const positions = [...args.keys()].filter(
      (i) => rowTypeOf(args[i]) !== undefined && this.bindings.deref(active.args[i]) !== args[i],
    );
    const [position] = positions;
    // The set of a recursion is computed on its own, so it can depend on known values and the actor only.
    const isFixed = (arg: unknown) => !isUnknown(arg) || arg instanceof ActorValue;
    const isOne = positions.length === 1 && args.every((arg, i) => i === position || isFixed(arg));
    const rowType = position === undefined ? undefined : this.rows.types.find(rowTypeOf(args[position])!);
    if (!isOne || rowType === undefined)
      throw untranslatable(
        `\`${predicate.name}\`, which calls itself with the same row, or with more than one row or column`,
        'pass one row, and let each call change it to a related row',
        placeOf(goal, caller),
      );
    throw new Recursion(predicate, args, position!, rowType);
  }
}

/** Excludes rules whose literals differ from the arguments, before a frame is created for them. */
const mayMatch = (rule: Rule, args: readonly unknown[]): boolean =>
  rule.parameters.every(({ literal }, i) => {
    const arg = args[i];
    return (
      literal === undefined ||
      (typeof arg === 'object' && arg !== null) ||
      typeof arg === 'function' ||
      arg === literal
    );
  });

/** Names calls that may be one call, or lead to each other: by their rule and the types of their rows. */
const kindOf = ({ name }: Predicate, args: readonly unknown[]): string =>
  `${name}(${args.map((arg) => rowTypeOf(arg) ?? '').join()})`;

const frameOf = (rule: Rule, conditions: number, choices: number): Frame => ({
  slots: Array.from({ length: rule.slotNames.length }),
  names: rule.slotNames,
  rule: rule.name,
  conditions,
  choices,
  occurrences: occurrencesIn(rule),
});
