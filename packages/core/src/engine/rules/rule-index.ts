import { PolarError } from '../../diagnostics/polar-error.js';
import type { TypeSet, TypeSets } from '../../host/type-set.js';
import type { Meter } from '../../host/meter.js';
import { hasUndecided, someUndecided } from '../../host/undecided-types.js';
import { nearNames } from '../../internal/near-names.js';
import type { Goal, Parameter, Predicate, Rule } from '../../ir/goal.js';
import { headGoals, type OpenParameter } from '../../ir/head-goals.js';
import type { Program } from '../../ir/program.js';
import type { DeclaredType } from '../../types/declared-type.js';
import { isBoundShape, type ArgumentShape } from './argument-shape.js';
import { Candidate, type CandidateTable, wholeCandidate } from './candidate.js';
import { literalsAt, type LiteralIndex } from './literal-index.js';
import { orderBySpecificity } from './specificity.js';
import { specializersAt, type SpecializerIndex } from './specializer-index.js';

/** Number of tables that one index keeps. The queries decide which tables are needed. */
const maxTables = 4_096;

/** Finds the types of values. */
export interface Typing {
  readonly typeSets: TypeSets;
  typeOf(value: unknown): TypeSet;
  /** In the dialect oso: returns whether an object was promised. Its class alone does not determine its types. */
  wasPromised?(value: object): boolean;
}

/** The tables that remain after the arguments before. */
interface Branch {
  /** The next branches by a literal, by a prototype that determines the types, or by a number for the types and the literal. */
  readonly next: Map<unknown, Branch>;
  table: CandidateTable | undefined;
}
const branch = (): Branch => ({ next: new Map<unknown, Branch>(), table: undefined });

/** The rules of one name and arity, indexed by the types and literals of the arguments. A table is built for the first query that needs it. */
export class RuleIndex {
  readonly #tables = new Map<string, CandidateTable>();
  /** The literals of each position. */
  readonly #literals: readonly (LiteralIndex | undefined)[];
  readonly #specializers: (SpecializerIndex | undefined)[] = [];
  readonly #isTyped: boolean[] = [];
  /** The positions whose arguments `find` reads. */
  readonly #discriminating: readonly number[];
  /** The tables by the discriminating arguments, position after position. */
  #found: Branch = branch();
  #foundCount = 0;
  /** The rules whose heads read attributes. */
  #reading: readonly Rule[] | undefined = undefined;
  /** The only table, when no argument discriminates between the rules. */
  readonly #single: CandidateTable | undefined;

  constructor(
    readonly rules: readonly Rule[],
    readonly program: Program,
  ) {
    const arity = rules[0]?.parameters.length ?? 0;
    this.#literals = Array.from({ length: arity }, (_, i) => literalsAt(rules, i));
    const isSingle = rules.every((rule) =>
      rule.parameters.every((p) => p.literal === undefined && p.specializer.kind === 'none'),
    );
    if (isSingle) {
      this.#single = { candidates: rules.map((rule) => wholeCandidate(rule)), isMoreSpecific: undefined };
    }
    // A predicate of the application is called for every argument, because it may throw.
    const hasPredicates = [...program.types.types].some((t) => t.is !== undefined);
    this.#discriminating = [...Array(arity).keys()].filter((i) => hasPredicates || this.discriminates(i));
  }

  /**
   * Returns the rules that may apply to the arguments.
   *
   * @throws {PolarError} `POLAR_RUN_UNKNOWN_CLASS` when one of them names a class that is not registered
   */
  find(args: readonly unknown[], typing: Typing, meter: Meter): CandidateTable {
    if (this.#single !== undefined) return this.#single;
    // Nested maps: a key that is concatenated costs twice as much.
    let at = this.#found;
    for (const i of this.#discriminating) {
      const arg = args[i];
      const next =
        at.next.get(plainKey(arg, typing)) ?? at.next.get(this.#codeOf(arg, i, typing.typeOf(arg)));
      if (next === undefined) return this.#findFirst(args, typing, meter);
      at = next;
    }
    return at.table ?? this.#findFirst(args, typing, meter);
  }

  #codeOf(arg: unknown, position: number, types: TypeSet): number {
    const literals = this.#literals[position]?.byLiteral;
    if (literals === undefined) return types.id;
    // A value that is not a primitive can equal a literal, as a boxed one does.
    const id = literals.get(arg)?.id ?? literals.size + (isLiteralOperand(arg) ? 0 : 1);
    return types.id * (literals.size + 2) + id;
  }

  #findFirst(args: readonly unknown[], typing: Typing, meter: Meter): CandidateTable {
    // The types of the other arguments are not read: a search that is repeated does not read them either.
    const [none] = typing.typeSets.builtIn;
    const shapes = args.map((arg, i) =>
      this.#discriminating.includes(i)
        ? this.shapeOf(arg, i, typing.typeOf(arg))
        : { types: none!, literal: undefined, isOther: false },
    );
    const table = this.tableFor(shapes, meter);
    if (++this.#foundCount > maxTables) {
      this.#found = branch();
      this.#foundCount = 1;
    }
    let at = this.#found;
    for (const i of this.#discriminating) {
      const { types, literal } = shapes[i]!;
      const key = plainKey(args[i], typing);
      const isDetermined = typeof key === 'string' ? key === literal : typing.typeSets.determines(key, types);
      const known = isDetermined ? key : this.#codeOf(args[i], i, types);
      let next = at.next.get(known);
      if (next === undefined) at.next.set(known, (next = branch()));
      at = next;
    }
    at.table = table;
    return table;
  }

  /** Returns the facts about an argument that decide which rules may apply. */
  shapeOf(arg: unknown, position: number, types: TypeSet): ArgumentShape {
    const isLiteral = this.#literals[position]?.byLiteral.has(arg) === true;
    return { types, literal: isLiteral ? arg : undefined, isOther: !isLiteral && isLiteralOperand(arg) };
  }

  /** Returns the table for arguments of these shapes. @throws {PolarError} as `find` */
  tableFor(shapes: readonly ArgumentShape[], meter: Meter): CandidateTable {
    if (this.#single !== undefined) return this.#single;
    let key = '';
    for (let i = 0; i < shapes.length; i++) {
      const { types, literal, isOther } = shapes[i]!;
      key += types.id;
      if (isOther) key += 'o';
      if (literal !== undefined) key += `=${this.#literals[i]!.byLiteral.get(literal)!.id}`;
      key += ',';
    }
    let table = this.#tables.get(key);
    if (table === undefined) {
      table = this.#build(shapes, meter);
      if (this.#tables.size >= maxTables) this.#tables.clear();
      this.#tables.set(key, table);
    }
    return table;
  }

  /** Returns the rules by the literal that they have at a position; undefined when no rule has one. */
  literalsAt(position: number): LiteralIndex | undefined {
    return this.#literals[position];
  }

  /** Returns the types that the rules that may apply require at a position. */
  typesRequired(shapes: readonly ArgumentShape[], position: number): ReadonlySet<DeclaredType> {
    const required = new Set<DeclaredType>();
    for (const { parameters } of this.#rulesFor(shapes)) {
      const { specializer } = parameters[position]!;
      if (specializer.kind === 'type' && specializer.type !== undefined) required.add(specializer.type);
      else if (specializer.kind === 'union')
        for (const type of this.program.unions[specializer.union]) required.add(type);
    }
    return required;
  }

  /** Returns whether the argument at a position decides which rules may apply. */
  discriminates(position: number): boolean {
    return this.#literals[position] !== undefined || this.hasSpecializerAt(position);
  }

  /** Returns whether a rule has a specializer at a position. */
  hasSpecializerAt(position: number): boolean {
    return (this.#isTyped[position] ??= this.rules.some(
      (rule) => rule.parameters[position]!.specializer.kind !== 'none',
    ));
  }

  #build(shapes: readonly ArgumentShape[], meter: Meter): CandidateTable {
    const candidates: Candidate[] = [];
    for (const rule of this.#rulesFor(shapes)) {
      const candidate = this.#candidate(rule, shapes);
      if (candidate !== undefined) candidates.push(candidate);
    }
    const table = orderBySpecificity(candidates, shapes, meter);
    const trials = this.#trialsBefore(table.candidates[0]?.rule, shapes);
    // To sort the rules that apply, all heads are proved anyway.
    return trials.length === 0 || table.isMoreSpecific !== undefined
      ? table
      : { candidates: [...trials, ...table.candidates], isMoreSpecific: undefined };
  }

  /**
   * Returns trials of the heads whose tests may throw. In the dialect oso, all heads are tested before the first rule is tried, so that an error
   * in one of them ends the query.
   */
  #trialsBefore(first: Rule | undefined, shapes: readonly ArgumentShape[]): Candidate[] {
    if (!this.program.types.dialect.undecidedEndsQuery) return [];
    this.#reading ??= this.rules.filter(({ parameters }) =>
      parameters.some(({ goals }) => goals.some(({ kind }) => kind === 'lookup')),
    );
    const rules = shapes.some(({ types }) => hasUndecided(types.types)) ? this.rules : this.#reading;
    return rules.flatMap((rule) => {
      const { trials, isWhole } = this.#trialsOf(rule, shapes);
      return rule === first && isWhole ? trials.slice(0, -1) : trials;
    });
  }

  /**
   * Returns trials of a head, parameter by parameter: one for the tests up to each parameter that is unified with more than its argument, because
   * the tests before it are made even if it does not fit.
   */
  #trialsOf(rule: Rule, shapes: readonly ArgumentShape[]) {
    const trials: Candidate[] = [];
    let unify: readonly number[] = [];
    let head: readonly Goal[] = [];
    let isWhole = false;
    if (shapes.some((shape, i) => isOtherLiteral(rule.parameters[i]!, shape))) return { trials, isWhole };
    for (const [i, shape] of shapes.entries()) {
      const parameter = rule.parameters[i]!;
      const fits = this.#specializerFits(parameter, shape.types, shape);
      if (!parameter.takesArgument && shape.literal === undefined) isWhole = false;
      unify = [...unify, i];
      if (fits === false) return { trials, isWhole: false };
      const tests = fits === 'proved' ? parameter.goals.slice(1) : parameter.goals;
      head = [...head, ...tests];
      if (!isBoundShape(shape) || !tests.some(mayThrow)) continue;
      if (isWhole) trials.pop();
      trials.push(new Candidate(rule, unify, head, true));
      isWhole = true;
    }
    return { trials, isWhole };
  }

  /** Returns the rules that the most selective argument leaves, in the order of their definition, so that a table does not visit all rules. */
  #rulesFor(shapes: readonly ArgumentShape[]): readonly Rule[] {
    let fewest: readonly (readonly Rule[])[] = [this.rules];
    let count = this.rules.length;
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]!;
      const literals = this.#literals[i];
      if (literals !== undefined && (shape.literal !== undefined || shape.isOther)) {
        const parts = [literals.byLiteral.get(shape.literal)?.rules ?? noRules, literals.others];
        const offered = lengthOf(parts);
        if (offered < count) [fewest, count] = [parts, offered];
      }
      const typed = isBoundShape(shape) ? this.#specializersAt(i) : undefined;
      if (typed === undefined) continue;
      const parts = [typed.others];
      for (const type of shape.types.types) parts.push(typed.byType.get(type) ?? noRules);
      const offered = lengthOf(parts);
      if (offered < count) [fewest, count] = [parts, offered];
    }
    // Most often, all rules are in one list, which is in order.
    return (
      fewest.find(({ length }) => length === count) ?? (fewest.flat() as Rule[]).sort((a, b) => a.id - b.id)
    );
  }

  #specializersAt(position: number): SpecializerIndex | undefined {
    if (!(position in this.#specializers))
      this.#specializers[position] = specializersAt(this.rules, position);
    return this.#specializers[position];
  }

  #candidate(rule: Rule, shapes: readonly ArgumentShape[]): Candidate | undefined {
    const unify: number[] = [];
    const open: OpenParameter[] = [];
    for (let i = 0; i < shapes.length; i++) {
      const parameter = rule.parameters[i]!;
      const shape = shapes[i]!;
      const { types } = shape;
      if (isOtherLiteral(parameter, shape)) return undefined;
      const isProvedLiteral =
        shape.literal !== undefined &&
        parameter.literal === shape.literal &&
        parameter.specializer.kind === 'none';
      if (!isProvedLiteral) unify.push(i);
      const fits = this.#specializerFits(parameter, types, shape);
      if (fits === false) return undefined;
      open.push({ parameter, hasType: fits === 'proved' });
    }
    // In the dialect oso, the parameters are tested one after the other, because the first error ends the query.
    const head = this.program.types.dialect.undecidedEndsQuery
      ? open.flatMap((each) => headGoals([each]))
      : headGoals(open);
    return new Candidate(rule, unify, head);
  }

  /** Returns whether a value of these types fits a specializer: `true` when the test is made when the rule is tried. */
  #specializerFits(parameter: Parameter, types: TypeSet, shape: ArgumentShape): boolean | 'proved' {
    const { specializer } = parameter;
    if (!isBoundShape(shape)) {
      const isUnknown = specializer.kind === 'type' && specializer.type === undefined;
      if (isUnknown && !this.program.types.dialect.suspendsUnknownClasses)
        throw this.#unknownClass(specializer.name, parameter);
      return true;
    }
    switch (specializer.kind) {
      case 'union':
        return this.#areFitting(types, this.program.unions[specializer.union]);
      case 'type':
        if (specializer.type === undefined) throw this.#unknownClass(specializer.name, parameter);
        return this.#areFitting(types, [specializer.type]);
      default:
        return true;
    }
  }

  #areFitting({ types }: TypeSet, wanted: readonly DeclaredType[]): boolean | 'proved' {
    if (someUndecided(types, wanted)) return true;
    return wanted.some((type) => types.has(type)) ? 'proved' : false;
  }

  #unknownClass(name: string, parameter: Parameter): PolarError {
    return new PolarError(
      'POLAR_RUN_UNKNOWN_CLASS',
      { name, known: nearNames(name, this.program.types.typeNames) },
      parameter.span,
    );
  }
}

/** Returns whether a parameter is another literal than its argument. */
const isOtherLiteral = ({ literal }: Parameter, shape: ArgumentShape): boolean =>
  literal !== undefined &&
  isBoundShape(shape) &&
  (shape.isOther || (shape.literal !== undefined && shape.literal !== literal));

/** Returns whether a goal of a head calls the application. */
const mayThrow = ({ kind }: Goal): boolean => kind === 'lookup' || kind === 'isa';

const noRules: readonly Rule[] = [];

function lengthOf(parts: readonly (readonly Rule[])[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** Returns the part of an argument that may determine everything that an index needs: a string, or the prototype of an object. */
function plainKey(arg: unknown, typing: Typing): string | object | undefined {
  const { typeSets } = typing;
  // Predicates are called for strings, too.
  if (typeof arg === 'string') return typeSets.hasPredicates ? undefined : arg;
  if (typeof arg !== 'object' || arg === null || typing.wasPromised?.(arg) === true) return undefined;
  return typeSets.prototypeOf(arg);
}

/** Returns whether a literal may equal the value. */
const isLiteralOperand = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** The indexes by the rules of a predicate with one arity. */
export type RuleIndexes = Map<readonly Rule[], RuleIndex>;

interface IndexContext {
  readonly indexes: RuleIndexes;
  readonly program: Program;
}

/** Returns the index of the rules of a predicate with one arity. */
export const indexOf = (context: IndexContext, predicate: Predicate, arity: number): RuleIndex =>
  indexOfRules(context, predicate.byArity.get(arity)!);

export function indexOfRules({ indexes, program }: IndexContext, rules: readonly Rule[]): RuleIndex {
  let index = indexes.get(rules);
  if (index === undefined) indexes.set(rules, (index = new RuleIndex(rules, program)));
  return index;
}
