import { isThenable } from '../../../internal/promise.js';
import type { Span } from '../../../diagnostics/span.js';
import { isPolicyDictionary } from '../../../host/value.js';
import { isObjectOrFunction } from '../../../internal/is-object.js';
import { type Field, TypeToken } from '../../../types/declared-type.js';
import { findNamedEntity } from '../../../types/entity.js';
import { findTag } from '../../../types/typed.js';
import type { CompiledFunction } from '../../compiler/compiled-function.js';
import { NotCompilable } from '../../compiler/not-compilable.js';
import type { MethodSite, ReadSite } from '../../runtime/sites.js';
import type { AotLinker } from './aot-linker.js';

/** Prints the constants of a module as expressions over its helpers `h`. */
export class ConstantPrinter {
  /** The constants that functions share, by their text. */
  readonly #shared = new Map<string, string>();
  /** The texts of types, fields and constants of the application. */
  readonly #texts = new Map<unknown, string>();

  /** The printed types, fields and constants, of which maps contain thousands. */
  readonly #printed = new Map<unknown, string>();

  /** Whether a printed constant is a site that calls a method. */
  callsMethods = false;

  constructor(readonly linker: AotLinker) {
    this.#nameTypes();
    this.#nameConstants();
    for (const set of linker.knownTypes)
      this.#texts.set(set, `h.set(${namesOf(set.types)}, ${namesOf(set.chain)}, ${set.isInstance})`);
    this.#texts.set(Object.prototype, 'Object.prototype');
    this.#texts.set(findTag, 'h.findTag');
  }

  /** The texts of the shared constants, in the order of their numbers. */
  get shared(): Iterable<string> {
    return this.#shared.keys();
  }

  /** Prints a constant. A long text gets a name that functions share, except for a site or a function. @throws {NotCompilable} */
  print(value: unknown): string {
    const known = this.#printed.get(value);
    if (known !== undefined) return known;
    const text = this.#textOf(value);
    if (isSite(value) || isFunction(value) || text.length < 8) return text;
    let name = this.#shared.get(text);
    if (name === undefined) this.#shared.set(text, (name = `g[${this.#shared.size}]`));
    if (this.#texts.has(value)) this.#printed.set(value, name);
    return name;
  }

  #nameTypes(): void {
    const nameField = (field: Field, text: string): void => {
      this.#texts.set(field, text);
      if (field.element !== undefined) nameField(field.element, `${text}.element`);
    };
    for (const type of this.linker.context.program.types.types) {
      const text = `h.type(${JSON.stringify(type.name)})`;
      this.#texts.set(type, text);
      if (type.class !== undefined) this.#texts.set(type.class.prototype, `${text}.class.prototype`);
      this.#texts.set(type.value, `${text}.value`);
      this.#texts.set(type.reference, `${text}.reference`);
      for (const [name, field] of type.places)
        nameField(field, `h.field(${JSON.stringify(type.name)}, ${JSON.stringify(name)})`);
    }
  }

  #nameConstants(): void {
    const { types } = this.linker.context.program;
    for (const name of types.constantNames) {
      const value = types.constant(name);
      // The first name of several: the signature records that they name one value.
      if (isObjectOrFunction(value) && !this.#texts.has(value))
        this.#texts.set(value, `h.constant(${JSON.stringify(name)})`);
    }
  }

  #textOf(value: unknown): string {
    if (isThenable(value)) throw new NotCompilable('a promise as a constant');
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
    if (isSite(value)) return this.#textOfSite(value);
    if (isFunction(value)) return functionName(value);
    if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean')
      return value === undefined ? 'undefined' : JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.print(item)).join(', ')}]`;
    if (value instanceof Map) return this.#textOfMap(value as Map<unknown, unknown>);
    if (value instanceof Set) return `new Set(${this.#textOf([...(value as Set<unknown>)])})`;
    if (typeof value === 'object' && isPolicyDictionary(value)) {
      const keys = Object.keys(value);
      const values = keys.map((key) => (value as Record<string, unknown>)[key]);
      return `h.dictionary(${JSON.stringify(keys)}, ${this.#textOf(values)})`;
    }
    if (isSpan(value)) {
      const { sources, factSources } = this.linker.context.program.policy;
      const source = [...sources, ...factSources].indexOf(value.source);
      if (source !== -1) return `h.span(${source}, ${value.start}, ${value.end})`;
    }
    const entity = typeof value === 'object' ? findNamedEntity(value) : undefined;
    if (entity !== undefined) return `h.entity(${JSON.stringify(entity.type)}, ${JSON.stringify(entity.id)})`;
    if (value instanceof TypeToken) return `h.type(${JSON.stringify(value.name)}).value`;
    throw new NotCompilable('an object of the application that is not a declared constant');
  }

  /** Prints the keys of one value as a list that maps share, because many types lead to few functions. */
  #textOfMap(map: ReadonlyMap<unknown, unknown>): string {
    const keys = new Map<unknown, unknown[]>();
    for (const [key, value] of map) {
      const known = keys.get(value);
      if (known === undefined) keys.set(value, [key]);
      else known.push(key);
    }
    const groups = [...keys].map(([value, list]) => `[${this.print(list)}, ${this.print(value)}]`);
    return `h.map([${groups.join(', ')}])`;
  }

  #textOfSite(site: ReadSite | MethodSite): string {
    const name = JSON.stringify(site.name);
    if (site.kind === 'method-site') {
      this.callsMethods = true;
      return `h.method(${name})`;
    }
    return `h.read(${name}${site.inPattern ? ', true' : ''})`;
  }
}

/** Prints the reference to a function of the module. */
export const functionName = (fn: CompiledFunction): string => `f[${fn.id}]`;

const namesOf = (list: Iterable<{ readonly name: string }>): string =>
  JSON.stringify([...list].map(({ name }) => name));

const isFunction = (value: unknown): value is CompiledFunction =>
  typeof value === 'object' && value !== null && 'predicate' in value && 'known' in value;

const isSite = (value: unknown): value is ReadSite | MethodSite =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'read-site' || value.kind === 'method-site');

const isSpan = (value: unknown): value is Span =>
  typeof value === 'object' && value !== null && 'source' in value && 'start' in value && 'end' in value;
