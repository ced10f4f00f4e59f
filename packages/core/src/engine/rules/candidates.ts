import { PolarError } from '../../diagnostics/polar-error.js';
import type { TypeSet, TypeSets } from '../../host/type-set.js';
import type { Goal } from '../../ir/goal.js';
import type { Parameter, Predicate, Rule, Specializer } from '../../ir/goal.js';
import type { Program } from '../../ir/program.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { Budget } from '../limits.js';
import { nearNames } from '../../internal/near-names.js';

/** A rule that may apply to arguments of certain types, with what is still to be proved of its head. */
export interface Candidate {
  readonly rule: Rule;
  /** Parameters that are not known to fit: to be unified with their argument. */
  readonly unify: readonly number[];
  /** Specializers that the types of the arguments leave open, then the body. */
  readonly goals: readonly Goal[];
  /** How many of `goals` belong to the head. */
  readonly headLength: number;
}

/** The rules for one tuple of argument types, most specific first. */
export interface CandidateTable {
  readonly candidates: readonly Candidate[];
  /**
   * Set when the order depends on which rules turn out to apply (specificity is no order then): whether the first of two
   * candidates is more specific than the second.
   */
  readonly isMoreSpecific: ((left: number, right: number) => boolean) | undefined;
}

/** The most tables that one index keeps: which ones are needed is up to what is asked. */
const maxTables = 4_096;

/** Tells the types of values. */
export interface Typing {
  readonly typeSets: TypeSets;
  typeOf(value: unknown): TypeSet;
}

/** Types for which the same rules apply. */
export interface TypeGroup {
  readonly table: CandidateTable;
  readonly types: readonly TypeSet[];
}

/** Sets of types by the rules that apply for them, in the same order and with as much left to prove; without those for which none does. */
export function groupByRules(
  all: readonly TypeSet[],
  tableFor: (types: TypeSet) => CandidateTable,
): TypeGroup[] {
  const groups = new Map<string, { readonly table: CandidateTable; readonly types: TypeSet[] }>();
  for (const types of all) {
    const table = tableFor(types);
    if (table.candidates.length === 0) continue;
    const key = table.candidates.map((c) => `${c.rule.id}:${c.unify.join()}:${c.headLength}`).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { table, types: [types] });
    else group.types.push(types);
  }
  return [...groups.values()];
}

/** What one argument leaves of the tables. */
interface Branch {
  /** By a literal, a prototype that tells all, or, for everything else, a number for its types and literal. */
  readonly next: Map<unknown, Branch>;
  table: CandidateTable | undefined;
}
const branch = (): Branch => ({ next: new Map<unknown, Branch>(), table: undefined });

/** The rules of one name and arity, indexed by the types and literals of the arguments. Tables are built when first asked for. */
export class RuleIndex {
  readonly #tables = new Map<string, CandidateTable>();
  /** For each position the rules by the literal they have there; undefined when none has one. */
  readonly #positions: readonly (LiteralPosition | undefined)[];
  readonly #typed: boolean[] = [];
  /** For each position the rules by the type that they want there. */
  readonly #byType: (TypePosition | undefined)[] = [];
  /** The positions that `find` looks at. */
  readonly #telling: readonly number[];
  /** The tables by what tells the arguments apart, position after position. */
  #found: Branch = branch();
  #foundCount = 0;
  /** The only table, when arguments do not tell the rules apart. */
  readonly #single: CandidateTable | undefined;

  constructor(
    readonly rules: readonly Rule[],
    readonly program: Program,
  ) {
    const arity = rules[0]?.parameters.length ?? 0;
    this.#positions = Array.from({ length: arity }, (_, i) => literalsAt(rules, i));
    const isSingle = rules.every((rule) =>
      rule.parameters.every((p) => p.literal === undefined && p.specializer.kind === 'none'),
    );
    if (isSingle) {
      this.#single = { candidates: rules.map((rule) => wholeCandidate(rule)), isMoreSpecific: undefined };
    }
    // A predicate of the application is asked about every argument, as it may throw.
    const hasPredicates = [...program.types.types].some(
      (t) => t.is !== undefined || t.discriminator !== undefined,
    );
    this.#telling = [...Array(arity).keys()].filter((i) => hasPredicates || this.tellsApart(i));
  }

  /** @throws {PolarError} `POLAR_RUN_UNKNOWN_CLASS` when a rule that may apply names a class that nobody registered */
  find(args: readonly unknown[], typing: Typing, budget: Budget): CandidateTable {
    if (this.#single !== undefined) return this.#single;
    // Nested maps, as a key made of text costs twice as much.
    let at = this.#found;
    for (const i of this.#telling) {
      const arg = args[i];
      const next =
        at.next.get(plainKey(arg, typing)) ?? at.next.get(this.#codeOf(arg, i, typing.typeOf(arg)));
      if (next === undefined) return this.#findFirst(args, typing, budget);
      at = next;
    }
    return at.table ?? this.#findFirst(args, typing, budget);
  }

  #codeOf(arg: unknown, position: number, types: TypeSet): number {
    const literals = this.#positions[position]?.byLiteral;
    if (literals === undefined) return types.id;
    return types.id * (literals.size + 1) + (literals.get(arg)?.id ?? literals.size);
  }

  #findFirst(args: readonly unknown[], typing: Typing, budget: Budget): CandidateTable {
    const shapes = args.map((arg, i) => this.shapeOf(arg, i, typing.typeOf(arg)));
    const table = this.tableFor(shapes, budget);
    if (++this.#foundCount > maxTables) {
      this.#found = branch();
      this.#foundCount = 1;
    }
    let at = this.#found;
    for (const i of this.#telling) {
      const { types, literal } = shapes[i]!;
      const key = plainKey(args[i], typing);
      const isTold = typeof key === 'string' ? key === literal : typing.typeSets.tells(key, types);
      const known = isTold ? key : this.#codeOf(args[i], i, types);
      let next = at.next.get(known);
      if (next === undefined) at.next.set(known, (next = branch()));
      at = next;
    }
    at.table = table;
    return table;
  }

  /** What tells the rules for an argument from those for others. */
  shapeOf(arg: unknown, position: number, types: TypeSet): Shape {
    const isLiteral = this.#positions[position]?.byLiteral.has(arg) === true;
    return { types, literal: isLiteral ? arg : undefined, isOther: !isLiteral && isPrimitive(arg) };
  }

  /** As `find`, for what is known of arguments. */
  tableFor(shapes: readonly Shape[], budget: Budget): CandidateTable {
    if (this.#single !== undefined) return this.#single;
    let key = '';
    for (let i = 0; i < shapes.length; i++) {
      const { types, literal, isOther } = shapes[i]!;
      key += types.id;
      if (isOther) key += 'o';
      if (literal !== undefined) key += `=${this.#positions[i]!.byLiteral.get(literal)!.id}`;
      key += ',';
    }
    let table = this.#tables.get(key);
    if (table === undefined) {
      table = this.#build(shapes, budget);
      if (this.#tables.size >= maxTables) this.#tables.clear();
      this.#tables.set(key, table);
    }
    return table;
  }

  /** The rules by the literal that they have at a position; undefined when none has one. */
  literalsAt(position: number): LiteralPosition | undefined {
    return this.#positions[position];
  }

  /** The types that the rules which may apply mention at a position. */
  typesMentioned(shapes: readonly Shape[], position: number): ReadonlySet<DeclaredType> {
    const mentioned = new Set<DeclaredType>();
    for (const { parameters } of this.#rulesFor(shapes)) {
      const { specializer } = parameters[position]!;
      if (specializer.kind === 'type' && specializer.type !== undefined) mentioned.add(specializer.type);
      else if (specializer.kind === 'union')
        for (const type of this.program.unions[specializer.union]) mentioned.add(type);
    }
    return mentioned;
  }

  /** Whether any rule says something about the argument at a position. */
  tellsApart(position: number): boolean {
    return this.#positions[position] !== undefined || this.tellsTypes(position);
  }

  /** Whether any rule says of which type the argument at a position is. */
  tellsTypes(position: number): boolean {
    return (this.#typed[position] ??= this.rules.some(
      (rule) => rule.parameters[position]!.specializer.kind !== 'none',
    ));
  }

  #build(shapes: readonly Shape[], budget: Budget): CandidateTable {
    const candidates: Candidate[] = [];
    for (const rule of this.#rulesFor(shapes)) {
      const candidate = this.#candidate(rule, shapes);
      if (candidate !== undefined) candidates.push(candidate);
    }
    return order(candidates, shapes, budget);
  }

  /** The rules that the most telling literal or type leaves, in definition order: not all rules are looked at for each table. */
  #rulesFor(shapes: readonly Shape[]): readonly Rule[] {
    let fewest: readonly (readonly Rule[])[] = [this.rules];
    let count = this.rules.length;
    const offer = (parts: readonly (readonly Rule[])[]): void => {
      const offered = parts.reduce((sum, part) => sum + part.length, 0);
      if (offered >= count) return;
      fewest = parts;
      count = offered;
    };
    shapes.forEach((shape, i) => {
      const { literal, isOther, types } = shape;
      const position = this.#positions[i];
      if (position !== undefined && (literal !== undefined || isOther))
        offer([position.byLiteral.get(literal)?.rules ?? [], position.others]);
      const typed = isKnown(shape) ? this.#typesAt(i) : undefined;
      if (typed !== undefined)
        offer([...[...types.types].map((type) => typed.byType.get(type) ?? []), typed.others]);
    });
    return fewest.length === 1 ? fewest[0]! : fewest.flat().sort((a, b) => a.id - b.id);
  }

  #typesAt(position: number): TypePosition | undefined {
    if (!(position in this.#byType)) this.#byType[position] = typesAt(this.rules, position);
    return this.#byType[position];
  }

  #candidate(rule: Rule, shapes: readonly Shape[]): Candidate | undefined {
    const unify: number[] = [];
    const head: Goal[] = [];
    for (let i = 0; i < shapes.length; i++) {
      const parameter = rule.parameters[i]!;
      const shape = shapes[i]!;
      const { types } = shape;
      if (parameter.literal !== undefined && isKnown(shape)) {
        if (shape.isOther || (shape.literal !== undefined && shape.literal !== parameter.literal))
          return undefined;
      }
      const isProvedLiteral =
        shape.literal !== undefined &&
        parameter.literal === shape.literal &&
        parameter.specializer.kind === 'none';
      if (!isProvedLiteral) unify.push(i);
      const fits = this.#specializerFits(parameter, types, shape);
      if (fits === false) return undefined;
      head.push(...(fits === 'proved' ? parameter.goals.slice(1) : parameter.goals));
    }
    return {
      rule,
      unify,
      goals: head.length === 0 ? rule.body : [...head, ...rule.body],
      headLength: head.length,
    };
  }

  /** Whether the type test of a specializer holds, fails, or is to be made when the rule is tried. */
  #specializerFits(parameter: Parameter, types: TypeSet, shape: Shape): boolean | 'proved' {
    const { specializer } = parameter;
    if (!isKnown(shape)) {
      if (specializer.kind === 'type' && specializer.type === undefined)
        throw this.#unknownClass(specializer.name, parameter);
      return true;
    }
    switch (specializer.kind) {
      case 'union':
        return this.program.unions[specializer.union].some((type) => types.types.has(type))
          ? 'proved'
          : false;
      case 'type':
        if (specializer.type === undefined) throw this.#unknownClass(specializer.name, parameter);
        return types.types.has(specializer.type) ? 'proved' : false;
      default:
        return true;
    }
  }

  #unknownClass(name: string, parameter: Parameter): PolarError {
    return new PolarError(
      'POLAR_RUN_UNKNOWN_CLASS',
      { name, known: nearNames(name, this.program.types.typeNames) },
      parameter.span,
    );
  }
}

/** What may tell all that an index wants to know of an argument: a text, or what an object is an instance of. */
function plainKey(arg: unknown, { typeSets }: Typing): string | object | undefined {
  // Predicates are asked of texts, too.
  if (typeof arg === 'string') return typeSets.hasPredicates ? undefined : arg;
  return typeof arg === 'object' && arg !== null ? typeSets.prototypeOf(arg) : undefined;
}

/** What an index knows of an argument. */
export interface Shape {
  readonly types: TypeSet;
  /** The argument itself, when some rule has it as a literal. */
  readonly literal: unknown;
  /** A string, number or boolean that no rule has as a literal. */
  readonly isOther: boolean;
}

const isKnown = (shape: Shape): boolean => shape.types.label !== 'unbound';

const isPrimitive = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** The rules of one name and arity by the literal they have at one position. */
export interface LiteralPosition {
  readonly byLiteral: ReadonlyMap<unknown, { readonly id: number; readonly rules: Rule[] }>;
  /** The rules that have no literal here. */
  readonly others: readonly Rule[];
}

/** undefined when no rule has a literal there */
export function literalsAt(rules: readonly Rule[], position: number): LiteralPosition | undefined {
  const byLiteral = new Map<unknown, { id: number; rules: Rule[] }>();
  const others: Rule[] = [];
  for (const rule of rules) {
    const { literal } = rule.parameters[position]!;
    // NaN equals nothing, not even itself, and a Map would find it.
    if (literal === undefined || Number.isNaN(literal)) {
      others.push(rule);
      continue;
    }
    const known = byLiteral.get(literal);
    if (known === undefined) byLiteral.set(literal, { id: byLiteral.size, rules: [rule] });
    else known.rules.push(rule);
  }
  return byLiteral.size === 0 ? undefined : { byLiteral, others };
}

interface TypePosition {
  readonly byType: ReadonlyMap<DeclaredType, Rule[]>;
  /** The rules that want no single type here. */
  readonly others: readonly Rule[];
}

function typesAt(rules: readonly Rule[], position: number): TypePosition | undefined {
  const byType = new Map<DeclaredType, Rule[]>();
  const others: Rule[] = [];
  for (const rule of rules) {
    const { specializer } = rule.parameters[position]!;
    if (specializer.kind !== 'type' || specializer.type === undefined) {
      others.push(rule);
      continue;
    }
    const known = byType.get(specializer.type);
    if (known === undefined) byType.set(specializer.type, [rule]);
    else known.push(rule);
  }
  return byType.size === 0 ? undefined : { byType, others };
}

function wholeCandidate(rule: Rule): Candidate {
  const head = rule.parameters.flatMap((p) => p.goals);
  return {
    rule,
    unify: rule.parameters.map((_, i) => i),
    goals: [...head, ...rule.body],
    headLength: head.length,
  };
}

/**
 * Orders candidates by specificity: parameter by parameter from the left, the first that tells two rules apart decides; rules
 * that none tells apart keep their order. (Polar reference, "rule specificity".)
 */
function order(candidates: readonly Candidate[], shapes: readonly Shape[], budget: Budget): CandidateTable {
  // Rules whose heads look alike are alike in specificity, so that the comparison of all pairs stays small.
  const classes = new Map<string, { readonly id: number; readonly parameters: readonly Parameter[] }>();
  // Of the last parameter with a specializer only the type and the number of fields count: no later one is looked at.
  const last = shapes.findLastIndex((_, i) =>
    candidates.some(({ rule }) => rule.parameters[i]!.specializer.kind !== 'none'),
  );
  const classOf = candidates.map(({ rule }) => {
    const key = rule.parameters.map((p, i) => headKey(p.specializer, i === last)).join('\u0001');
    let found = classes.get(key);
    if (found === undefined) classes.set(key, (found = { id: classes.size, parameters: rule.parameters }));
    return found.id;
  });
  if (classes.size <= 1) return { candidates, isMoreSpecific: undefined };
  const heads = [...classes.values()].map((c) => c.parameters);
  const more = heads.map((left) =>
    heads.map((right) => {
      budget.step();
      return isMoreSpecific(left, right, shapes);
    }),
  );
  if (!more.some((row) => row.includes(true))) return { candidates, isMoreSpecific: undefined };
  if (!isWeakOrder(more)) {
    return { candidates, isMoreSpecific: (left, right) => more[classOf[left]!]![classOf[right]!]! };
  }
  const positions = insertionSort(
    [...candidates.keys()],
    (left, right) => more[classOf[left]!]![classOf[right]!]!,
  );
  return { candidates: positions.map((i) => candidates[i]!), isMoreSpecific: undefined };
}

/** Stable; an item moves left while it is more specific than its left neighbor. */
export function insertionSort<Item>(
  items: readonly Item[],
  precedes: (left: Item, right: Item) => boolean,
): Item[] {
  const sorted = [...items];
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0 && precedes(sorted[j]!, sorted[j - 1]!); j--) {
      [sorted[j - 1], sorted[j]] = [sorted[j]!, sorted[j - 1]!];
    }
  }
  return sorted;
}

/** Whether what is not ordered is interchangeable: then sorting a part of the rules gives the same order as sorting all. */
function isWeakOrder(more: readonly (readonly boolean[])[]): boolean {
  const size = more.length;
  const rank = more.map((row) => row.filter(Boolean).length);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) if (more[i]![j] !== rank[i]! > rank[j]!) return false;
  }
  return true;
}

function isMoreSpecific(
  left: readonly Parameter[],
  right: readonly Parameter[],
  shapes: readonly Shape[],
): boolean {
  for (let i = 0; i < left.length; i++) {
    const l = left[i]!.specializer;
    const r = right[i]!.specializer;
    if (l.kind === 'none' && r.kind === 'none') continue;
    if (l.kind === 'none') return false;
    if (r.kind === 'none') return true;
    if (l.kind === 'union' && r.kind === 'union') continue;
    if (l.kind === 'union') return false;
    if (r.kind === 'union') return true;
    if (specializerKey(l) === specializerKey(r)) continue;
    return isSubSpecializer(l, r, shapes[i]!.types);
  }
  return false;
}

function isSubSpecializer(left: Specializer, right: Specializer, types: TypeSet): boolean {
  if (left.kind === 'type' && right.kind === 'type') {
    if (!types.isInstance) return false;
    if (left.name === right.name) return left.fieldCount > right.fieldCount;
    const l = left.type === undefined ? -1 : types.chain.indexOf(left.type);
    const r = right.type === undefined ? -1 : types.chain.indexOf(right.type);
    return l !== -1 && (r === -1 || l < r);
  }
  if (left.kind === 'dictionary' && right.kind === 'dictionary') return left.fieldCount > right.fieldCount;
  return left.kind === 'type' && right.kind === 'dictionary';
}

/** What of a specializer the order of rules depends on. */
function headKey(specializer: Specializer, isLast: boolean): string {
  if (!isLast) return specializerKey(specializer);
  switch (specializer.kind) {
    case 'type':
      return `type:${specializer.name}:${specializer.fieldCount}`;
    case 'dictionary':
      return `dictionary:${specializer.fieldCount}`;
    case 'other':
      return 'other';
    default:
      return specializerKey(specializer);
  }
}

function specializerKey(specializer: Specializer): string {
  switch (specializer.kind) {
    case 'none':
      return '';
    case 'union':
      return specializer.union;
    case 'type':
    case 'dictionary':
    case 'other':
      return `${specializer.kind}:${specializer.text}`;
  }
}

/** By the rules themselves: one look finds the index of a predicate's rules of one arity. */
export type RuleIndexes = Map<readonly Rule[], RuleIndex>;

interface IndexContext {
  readonly indexes: RuleIndexes;
  readonly program: Program;
}

/** The index of a predicate's rules of one arity. */
export const indexOf = (context: IndexContext, predicate: Predicate, arity: number): RuleIndex =>
  indexOfRules(context, predicate.byArity.get(arity)!);

export function indexOfRules({ indexes, program }: IndexContext, rules: readonly Rule[]): RuleIndex {
  let index = indexes.get(rules);
  if (index === undefined) indexes.set(rules, (index = new RuleIndex(rules, program)));
  return index;
}
