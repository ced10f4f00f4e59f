import type { Report } from '../../diagnostics/diagnostic.js';
import { isPolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import type { TypeSet } from '../../host/type-set.js';
import { isPolicyDictionary, isThenable } from '../../host/value.js';
import type { FieldType } from '../../types/declared-type.js';
import { TypeToken } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import { type CandidateTable, groupByRules, type Shape, type TypeGroup } from '../candidates.js';
import { Budget, defaultLimits } from '../limits.js';
import type { MachineContext } from '../machine/machine.js';
import type { CompiledFunction, Known } from '../compiled/compiled-function.js';
import { positionToLookAt } from '../compiled/dispatch.js';
import { literalText, longestChain, type Names, printFunction } from '../compiled/emit-source.js';
import { PolicyLinker } from '../compiled/policy-linker.js';
import type { MethodSite, ReadSite } from '../compiled/runtime.js';
import { Declined } from '../compiled/specialise.js';
import { knownTypes } from './known-types.js';
import { entryArities, type EntryName, moduleFormat } from './policy-module.js';
import { signatureOf } from './signature.js';

/** The linker of a policy that no machine stands by: all types are known beforehand. */
class AheadLinker extends PolicyLinker {
  override readonly knownTypes: readonly TypeSet[];

  constructor(context: MachineContext) {
    super(context);
    this.knownTypes = knownTypes(context.program.types, context.typeSets);
  }
}

/**
 * Prints a policy as the text of a JavaScript module, with everything that its questions can come to.
 *
 * @param report gets what cannot be compiled, each place once
 */
export const printModule = (context: MachineContext, report: Report): string =>
  new ModulePrinter(context, report).print();

class ModulePrinter implements Names {
  readonly #linker: AheadLinker;
  /** Constants that functions share, by the text that makes them. */
  readonly #shared = new Map<string, string>();
  readonly #texts = new Map<unknown, string>();
  /** Declarations of the functions, and of the tables that name them: these come last. */
  readonly #functions: string[] = [];
  readonly #tables: string[] = [];
  /** The places of the function at hand that learn. */
  #sites: string[] = [];
  readonly #refused = new Set<string>();

  constructor(
    readonly context: MachineContext,
    readonly report: Report,
  ) {
    this.#linker = new AheadLinker(context);
    this.#nameValues();
  }

  print(): string {
    const { program, equality } = this.context;
    const entries = (Object.keys(entryArities) as EntryName[]).flatMap((name) => {
      const fn = this.#linker.entry(name, entryArities[name]);
      return fn === undefined ? [] : [`${name}: { run: f${fn.id}, wait: w${fn.id} }`];
    });
    // Functions that are met while one is printed are printed in their turn.
    for (const fn of this.#linker.functions) this.#function(fn);
    const { policy, unions } = program;
    const names = (types: (typeof unions)['Actor']) => types.map(({ name }) => name);
    const data = {
      format: moduleFormat,
      hash: policy.hash,
      sources: policy.sources.map(({ name, text }) => ({ name, text })),
      unions: { Actor: names(unions.Actor), Resource: names(unions.Resource) },
      declared: signatureOf(program.types, equality),
    };
    const constants = [...this.#shared].map(([text, name]) => `const ${name} = ${text};`);
    const made = [
      'const U = h.noValue, no = () => false;',
      ...constants,
      ...this.#functions,
      ...this.#tables,
      `return { ${entries.join(', ')} };`,
    ];
    return `{\n${JSON.stringify(data, undefined, 2).slice(2, -2)},\n  make(R, h) {\n${made.join('\n')}\n  },\n}`;
  }

  // ── functions ──

  #function(fn: CompiledFunction): void {
    if (!this.#linker.tellsRules(fn.predicate, fn.known)) {
      this.#dispatch(fn);
      return;
    }
    try {
      const plan = this.#linker.planOf(fn);
      for (const waits of [false, true]) {
        this.#sites = [];
        const { text, learned } = printFunction(fn, plan, this.#linker, {
          names: this,
          waits,
          isModule: true,
        });
        const name = this.callee(fn, waits);
        const sites = this.#sites.map((site, i) => `const s${i} = ${site};`);
        this.#functions.push(
          sites.length === 0
            ? `const ${name} = ${text};`
            : `const ${name} = (() => { ${[...sites, ...learned].join('\n')}\nreturn ${text}; })();`,
        );
      }
    } catch (error) {
      this.#refuse(error, fn);
    }
  }

  #refuse(error: unknown, fn: CompiledFunction): void {
    const isTooLarge = error instanceof RangeError;
    if (!(error instanceof Declined) && !isPolarError(error) && !isTooLarge) throw error;
    const why =
      error instanceof Declined
        ? error.why
        : isTooLarge
          ? 'too many goals'
          : error.message.split('\n', 1)[0]!;
    const [rule] = fn.predicate.byArity.get(fn.known.length) ?? [];
    const at = (error instanceof Declined ? error.at : undefined) ?? rule?.origin.span;
    const key = `${at === undefined ? '' : `${at.source.name}:${at.start}`} ${why}`;
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    this.report.error('POLAR_LOAD_NOT_COMPILED', { why }, at);
  }

  /** A function that looks at one of its arguments, and goes on with the function for what it is. */
  #dispatch(fn: CompiledFunction): void {
    const linker = this.#linker;
    const position = positionToLookAt(fn, linker);
    const passed = fn.known.flatMap(({ kind }, i) => (kind === 'literal' ? [] : [`a${i}`]));
    const at = `a${position}`;
    const others = passed.filter((name) => name !== at);
    const literals = linker.indexOf(fn.predicate, fn.known.length).literalsAt(position);
    const forLiterals = [...(literals?.byLiteral.keys() ?? [])].map(
      (value) => [value, this.#target(fn, position, { kind: 'literal', value: value as string })] as const,
    );
    const isOther = literals !== undefined;
    const forTypes = this.#groups(fn, position, isOther).flatMap(({ types }) => {
      const known: Known = { kind: 'some', types: types[0]!, isOther };
      const target = this.#target(fn, position, known)!;
      return types.map((each) => [each, target] as const);
    });
    const forClasses = linker.knownTypes.flatMap((types): (readonly [Class, CompiledFunction])[] => {
      if (isOther) return [];
      const [nearest] = types.chain;
      const exact = nearest && linker.exactClass(nearest);
      if (exact === undefined || this.context.typeSets.ofClass(exact) !== types) return [];
      const target = this.#target(fn, position, { kind: 'types', types, class: exact });
      return target === undefined ? [] : [[exact, target]];
    });
    for (const waits of [false, true]) {
      const name = this.callee(fn, waits);
      const listOf = (args: readonly string[]) => (waits ? ['R', ...args] : args).join(', ');
      const call = (target: CompiledFunction | undefined, args: readonly string[]) =>
        target === undefined ? 'return false;' : `return ${this.callee(target, waits)}(${listOf(args)});`;
      const table = (entries: readonly (readonly [unknown, CompiledFunction])[], kind: string) => {
        const pairs = entries.map(([key, to]) => `[${this.constant(key)}, ${this.callee(to, waits)}]`);
        this.#tables.push(`const ${kind}${name} = new Map([${pairs.join(', ')}]);`);
        return `${kind}${name}`;
      };
      let text = '';
      if (waits) {
        const settled = passed.map((arg) => (arg === at ? 'v' : arg));
        text += `if (R.isPending(${at})) return R.settle(${at}).then((v) => ${name}(${listOf(settled)}));\n`;
      }
      if (forLiterals.length > 0) {
        const cases = forLiterals.map(([value, to]) => `case ${literalText(value)}: ${call(to, others)}`);
        text += `switch (${at}) { ${cases.join(' ')} }\n`;
      }
      if (forClasses.length > longestChain) {
        const classes = table(forClasses, 'c');
        text +=
          `if (${at} !== null && ${at} !== undefined) { ` +
          `const t = ${classes}.get(${at}.constructor); if (t !== undefined) return t(${listOf(passed)}); }\n`;
      } else if (forClasses.length > 0) {
        const classes = forClasses.map(([c, to]) => `if (c === ${this.constant(c)}) ${call(to, passed)}`);
        text += `if (${at} !== null && ${at} !== undefined) { const c = ${at}.constructor; ${classes.join(' ')} }\n`;
      }
      const types = table(forTypes, 't');
      text += `return R.target(${types}, ${at}, no)(${listOf(passed)});`;
      this.#functions.push(`function ${name}(${listOf(passed)}) { ${text} }`);
    }
  }

  /** The known types of an argument by the rules that apply. Where rules have literals, it is none of them: boxed ones are refused. */
  #groups(fn: CompiledFunction, position: number, isOther: boolean): readonly TypeGroup[] {
    try {
      return groupByRules(this.#linker.knownTypes, (types) =>
        this.#tableFor(fn, position, { kind: 'some', types, isOther }),
      );
    } catch (error) {
      this.#refuse(error, fn);
      return [];
    }
  }

  /** The function for what an argument is; undefined when no rule is about that. */
  #target(fn: CompiledFunction, position: number, known: Known): CompiledFunction | undefined {
    try {
      if (this.#tableFor(fn, position, known).candidates.length === 0) return undefined;
    } catch (error) {
      this.#refuse(error, fn);
      return undefined;
    }
    return this.#linker.functionFor(
      fn.predicate,
      fn.known.map((k, i) => (i === position ? known : k)),
    );
  }

  #tableFor(fn: CompiledFunction, position: number, known: Known): CandidateTable {
    const { typeSets } = this.context;
    const index = this.#linker.indexOf(fn.predicate, fn.known.length);
    const shapes = fn.known.map((k, i): Shape => {
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
        case 'anything':
          return { types: typeSets.unbound, literal: undefined, isOther: false };
      }
    });
    return index.tableFor(shapes, new Budget(defaultLimits, undefined));
  }

  // ── names ──

  callee(fn: CompiledFunction, waits: boolean): string {
    return `${waits ? 'w' : 'f'}${fn.id}`;
  }

  constant(value: unknown): string {
    if (isSite(value)) return `s${this.#sites.push(this.#textOfSite(value)) - 1}`;
    const text = this.#textOf(value);
    let name = this.#shared.get(text);
    if (name === undefined) this.#shared.set(text, (name = `k${this.#shared.size}`));
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
      if ((typeof value === 'object' && value !== null) || typeof value === 'function')
        this.#texts.set(value, `h.constant(${JSON.stringify(name)})`);
    }
    const namesOf = (list: Iterable<{ readonly name: string }>) =>
      JSON.stringify([...list].map(({ name }) => name));
    for (const set of this.#linker.knownTypes)
      this.#texts.set(set, `h.set(${namesOf(set.types)}, ${namesOf(set.chain)}, ${set.isInstance})`);
    this.#texts.set(Object.prototype, 'Object.prototype');
  }

  /** The text that makes a value. @throws {Declined} */
  #textOf(value: unknown): string {
    if (isThenable(value)) throw new Declined('a promise as a constant');
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
    if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean')
      return value === undefined ? 'undefined' : JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.#textOf(item)).join(', ')}]`;
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
    throw new Declined('a value of the application that no constant holds');
  }

  #textOfSite(site: ReadSite | MethodSite): string {
    const name = JSON.stringify(site.name);
    if (site.kind === 'method-site') return `h.method(${name})`;
    const field = site.field === undefined ? 'undefined' : this.#textOf(site.field);
    return `h.read(${name}, ${site.inPattern}, ${field}, ${site.notesRows})`;
  }
}

const isSite = (value: unknown): value is ReadSite | MethodSite =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'read-site' || value.kind === 'method-site');

const isSpan = (value: unknown): value is Span =>
  typeof value === 'object' && value !== null && 'source' in value && 'start' in value && 'end' in value;
