import type { Report } from '../../../diagnostics/diagnostic.js';
import { isPolarError } from '../../../diagnostics/polar-error.js';
import type { Span } from '../../../diagnostics/span.js';
import type { TypeSet } from '../../../host/type-set.js';
import { isPolicyDictionary, isThenable } from '../../../host/value.js';
import { type DeclaredType, type FieldType, TypeToken } from '../../../types/declared-type.js';
import type { ArgumentShape } from '../../rules/argument-shape.js';
import type { CandidateTable } from '../../rules/candidate.js';
import { groupByRules } from '../../rules/rule-groups.js';
import { Budget, defaultLimits } from '../../limits.js';
import type { ProgramContext } from '../../program-context.js';
import { anything, type CompiledFunction, type KnownArgument } from '../../compiler/compiled-function.js';
import { dispatchPosition } from '../../compiler/dispatch-position.js';
import { type Emitted, emitPlan, preamble } from '../source/source-emitter.js';
import { PolicyLinker } from '../../compiler/linker/policy-linker.js';
import type { MethodSite, ReadSite } from '../../runtime/runtime.js';
import { NotCompilable } from '../../compiler/not-compilable.js';
import type { Way } from '../../runtime/way.js';
import { emitLook, type LookCases } from './dispatch-emitter.js';
import { knownTypes } from './known-types.js';
import { entryArities, type EntryName, moduleFormat } from './policy-module.js';
import { signatureOf } from './signature.js';

/** The linker of a policy that no machine stands by: all types are known beforehand. */
class AheadLinker extends PolicyLinker {
  override readonly knownTypes: readonly TypeSet[];

  constructor(context: ProgramContext) {
    super(context);
    this.knownTypes = knownTypes(context.program.types, context.typeSets);
  }
}

/**
 * Prints a policy as the text of a JavaScript module, with everything that its questions can come to.
 *
 * @param report gets what cannot be compiled, each place once
 */
export const printModule = (context: ProgramContext, report: Report): string =>
  new ModulePrinter(context, report).print();

/** So many sets of types, an instance's and a row's, get a function each: more is known in it. Of more, one does for all. */
const fewSets = 2;

class ModulePrinter {
  readonly #linker: AheadLinker;
  /** The sets that a type is in. */
  readonly #setsOf = new Map<DeclaredType, TypeSet[]>();
  /** Constants that functions share, by the text that makes them. */
  readonly #shared = new Map<string, string>();
  readonly #texts = new Map<unknown, string>();
  /** What makes functions of one text. */
  readonly #makers = new Map<string, string>();
  readonly #made: string[] = [];
  readonly #refused = new Set<string>();
  /** The functions that are asked for all ways in which they hold. */
  readonly #explored = new Set<CompiledFunction>();

  constructor(
    readonly context: ProgramContext,
    readonly report: Report,
  ) {
    this.#linker = new AheadLinker(context);
    for (const set of this.#linker.knownTypes)
      for (const type of set.types) {
        const known = this.#setsOf.get(type);
        if (known === undefined) this.#setsOf.set(type, [set]);
        else known.push(set);
      }
    this.#nameValues();
  }

  print(): string {
    const { program, equality } = this.context;
    const entries = (Object.keys(entryArities) as EntryName[]).flatMap((name) => {
      const fn = this.#linker.entry(name, entryArities[name]);
      return fn === undefined ? [] : [`${name}: ${nameOf(fn)}`];
    });
    // Functions that are met while one is printed are printed in their turn.
    let count = 0;
    for (const fn of this.#linker.functions) {
      count++;
      this.#function(fn, ['run', 'wait']);
    }
    // All of these have been met; what they ask for in turn is added while they are gone through.
    for (const fn of this.#explored) this.#function(fn, ['runAll', 'waitAll']);
    const { policy, unions } = program;
    const names = (types: readonly DeclaredType[]) => types.map(({ name }) => name);
    const data = {
      format: moduleFormat,
      hash: policy.hash,
      sources: policy.sources.map(({ name, text }) => ({ name, text })),
      unions: { Actor: names(unions.Actor), Resource: names(unions.Resource) },
      declared: signatureOf(program.types, equality),
    };
    const body = [
      // In lists: a frame holds some ten thousand variables.
      'const U = h.noValue, f = [], g = [], m = [];',
      `for (let i = 0; i < ${count}; i++) f.push({ run: undefined, wait: undefined, runAll: undefined, waitAll: undefined });`,
      ...[...this.#shared.keys()].map((text, i) => `g[${i}] = ${text};`),
      ...[...this.#makers.keys()].map((text, i) => `m[${i}] = (${preamble.join(', ')}) => { ${text} };`),
      ...this.#made,
      `return { ${entries.join(', ')} };`,
    ];
    return `{\n${JSON.stringify(data, undefined, 2).slice(2, -2)},\n  make(R, h) {\n${body.join('\n')}\n  },\n}`;
  }

  // ── functions ──

  #function(fn: CompiledFunction, ways: readonly Way[]): void {
    try {
      if (this.#linker.determinesRules(fn.predicate, fn.known)) {
        const plan = this.#linker.planOf(fn);
        for (const way of ways)
          this.#make(fn, way, emitPlan(fn, plan, this.#linker, { way, isModule: true }));
      } else {
        const cases = this.#casesOf(fn);
        for (const way of ways) this.#make(fn, way, emitLook(cases, way));
      }
    } catch (error) {
      this.#refuse(error, fn);
    }
  }

  #make(fn: CompiledFunction, way: Way, { text, constants, explored }: Emitted): void {
    for (const each of explored) this.#explored.add(each);
    let maker = this.#makers.get(text);
    if (maker === undefined) this.#makers.set(text, (maker = `m[${this.#makers.size}]`));
    const handed = constants.map((value) => this.#constant(value)).join(', ');
    this.#made.push(`${nameOf(fn)}.${way} = ${maker}(R, U, [${handed}]);`);
  }

  #refuse(error: unknown, fn: CompiledFunction): void {
    const isTooLarge = error instanceof RangeError;
    if (!(error instanceof NotCompilable) && !isPolarError(error) && !isTooLarge) throw error;
    const why =
      error instanceof NotCompilable
        ? error.why
        : isTooLarge
          ? 'too many goals'
          : error.message.split('\n', 1)[0]!;
    const [rule] = fn.predicate.byArity.get(fn.known.length) ?? [];
    const at = (error instanceof NotCompilable ? error.at : undefined) ?? rule?.origin.span;
    const key = `${at === undefined ? '' : `${at.source.name}:${at.start}`} ${why}`;
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    this.report.error('POLAR_LOAD_NOT_COMPILED', { why }, at);
  }

  /** Where a function goes on that looks at one of its arguments. @throws {PolarError} for an unknown class */
  #casesOf(fn: CompiledFunction): LookCases {
    const linker = this.#linker;
    const position = dispatchPosition(fn, linker);
    const index = linker.indexOf(fn.predicate, fn.known.length);
    const literals = index.literalsAt(position);
    // Where rules have literals, what is none of them is something else: boxed ones are refused.
    const isOther = literals !== undefined;
    const some = (types: TypeSet): KnownArgument => ({ kind: 'some', types, isOther });
    const mentioned = index.typesRequired(this.#shapesOf(fn, position, anything), position);
    const relevant = new Set([...mentioned].flatMap((type) => this.#setsOf.get(type) ?? []));
    const groups = groupByRules([...relevant], (types) => this.#tableFor(fn, position, some(types)));
    const rest = linker.knownTypes.find((types) => !relevant.has(types));
    return {
      passed: fn.known.filter(({ kind }) => kind !== 'literal').length,
      parameter: fn.known.slice(0, position).filter(({ kind }) => kind !== 'literal').length,
      literals: new Map(
        [...(literals?.byLiteral.keys() ?? [])].map((value) => [
          value,
          this.#target(fn, position, { kind: 'literal', value: value as string }),
        ]),
      ),
      classes: new Map(
        [...(isOther ? [] : mentioned)].flatMap((type) => {
          const exact = linker.exactClass(type);
          if (exact === undefined) return [];
          const types = this.context.typeSets.ofClass(exact);
          const target = this.#target(fn, position, { kind: 'types', types, class: exact });
          return target === undefined ? [] : [[exact, target] as const];
        }),
      ),
      types: new Map(
        groups.flatMap(({ types }) => {
          const known = (set: TypeSet): KnownArgument =>
            isOther || types.length > fewSets
              ? some(types[0]!)
              : { kind: 'types', types: set, class: undefined };
          return types.map((set) => [set, this.#target(fn, position, known(set))!] as const);
        }),
      ),
      relevant,
      otherwise: rest && this.#target(fn, position, some(rest)),
    };
  }

  /** The function for what an argument is; undefined when no rule is about that. */
  #target(fn: CompiledFunction, position: number, known: KnownArgument): CompiledFunction | undefined {
    if (this.#tableFor(fn, position, known).candidates.length === 0) return undefined;
    return this.#linker.functionFor(
      fn.predicate,
      fn.known.map((k, i) => (i === position ? known : k)),
    );
  }

  #tableFor(fn: CompiledFunction, position: number, known: KnownArgument): CandidateTable {
    const index = this.#linker.indexOf(fn.predicate, fn.known.length);
    return index.tableFor(this.#shapesOf(fn, position, known), new Budget(defaultLimits, undefined));
  }

  #shapesOf(fn: CompiledFunction, position: number, known: KnownArgument): ArgumentShape[] {
    const { typeSets } = this.context;
    const index = this.#linker.indexOf(fn.predicate, fn.known.length);
    return fn.known.map((k, i): ArgumentShape => {
      const at = i === position ? known : k;
      switch (at.kind) {
        case 'literal':
          return index.shapeOf(at.value, i, typeSets.of(at.value));
        case 'other':
          return { types: at.types, literal: undefined, isOther: true };
        case 'some':
          return { types: at.types, literal: undefined, isOther: at.isOther };
        case 'types':
          return { types: at.types, literal: undefined, isOther: false };
        case 'tested':
        case 'anything':
          return { types: typeSets.unbound, literal: undefined, isOther: false };
      }
    });
  }

  // ── constants ──

  /** A place of its own, a function, or a name that is shared. */
  #constant(value: unknown): string {
    const text = this.#textOf(value);
    if (isSite(value) || isFunction(value) || text.length < 8) return text;
    let name = this.#shared.get(text);
    if (name === undefined) this.#shared.set(text, (name = `g[${this.#shared.size}]`));
    return name;
  }

  #nameValues(): void {
    const { types } = this.context.program;
    const nameField = (type: FieldType, text: string): void => {
      this.#texts.set(type, text);
      if (type.kind === 'list') nameField(type.of, `${text}.of`);
    };
    for (const type of types.types) {
      const text = `h.type(${JSON.stringify(type.name)})`;
      this.#texts.set(type, text);
      if (type.class !== undefined) this.#texts.set(type.class.prototype, `${text}.class.prototype`);
      this.#texts.set(type.value, `${text}.value`);
      for (const { name, type: field } of type.fields?.values() ?? [])
        nameField(field, `h.field(${JSON.stringify(type.name)}, ${JSON.stringify(name)})`);
    }
    for (const name of types.constantNames) {
      const value = types.constant(name);
      const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
      // The first name of several: the signature says that they are names of one value.
      if (isObject && !this.#texts.has(value)) this.#texts.set(value, `h.constant(${JSON.stringify(name)})`);
    }
    const namesOf = (list: Iterable<{ readonly name: string }>) =>
      JSON.stringify([...list].map(({ name }) => name));
    for (const set of this.#linker.knownTypes)
      this.#texts.set(set, `h.set(${namesOf(set.types)}, ${namesOf(set.chain)}, ${set.isInstance})`);
    this.#texts.set(Object.prototype, 'Object.prototype');
  }

  /** The text that makes a value. @throws {NotCompilable} */
  #textOf(value: unknown): string {
    if (isThenable(value)) throw new NotCompilable('a promise as a constant');
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
    if (isSite(value)) return this.#textOfSite(value);
    if (isFunction(value)) return nameOf(value);
    if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean')
      return value === undefined ? 'undefined' : JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.#constant(item)).join(', ')}]`;
    if (value instanceof Map) return `new Map(${this.#textOf([...(value as Map<unknown, unknown>)])})`;
    if (value instanceof Set) return `new Set(${this.#textOf([...(value as Set<unknown>)])})`;
    if (typeof value === 'object' && isPolicyDictionary(value)) {
      const keys = Object.keys(value);
      const values = keys.map((key) => (value as Record<string, unknown>)[key]);
      return `h.dictionary(${JSON.stringify(keys)}, ${this.#textOf(values)})`;
    }
    if (isSpan(value)) {
      const source = this.context.program.policy.sources.indexOf(value.source);
      if (source !== -1) return `h.span(${source}, ${value.start}, ${value.end})`;
    }
    if (value instanceof TypeToken) return `h.type(${JSON.stringify(value.name)}).value`;
    throw new NotCompilable('a value of the application that no constant holds');
  }

  #textOfSite(site: ReadSite | MethodSite): string {
    const name = JSON.stringify(site.name);
    if (site.kind === 'method-site') return `h.method(${name})`;
    const field = site.field === undefined ? 'undefined' : this.#textOf(site.field);
    return `h.read(${name}, ${site.inPattern}, ${field}, ${site.notesRows})`;
  }
}

const nameOf = (fn: CompiledFunction): string => `f[${fn.id}]`;

const isFunction = (value: unknown): value is CompiledFunction =>
  typeof value === 'object' && value !== null && 'predicate' in value && 'known' in value;

const isSite = (value: unknown): value is ReadSite | MethodSite =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'read-site' || value.kind === 'method-site');

const isSpan = (value: unknown): value is Span =>
  typeof value === 'object' && value !== null && 'source' in value && 'start' in value && 'end' in value;
