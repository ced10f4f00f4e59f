import { nanook, type Dialect } from '../dialect/dialect.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { describeValue } from '../internal/descriptions.js';
import type { DeclaredType, Field } from './declared-type.js';
import { isSecret } from './field-input.js';
import { TypeToken } from './declared-type.js';
import type { Class, TypeDeclaration, TypesInput } from './type-declaration.js';

/** A type and its declaration. */
export type LinkedDeclaration = readonly [type: DeclaredType, declaration: TypeDeclaration];

/** Checks and links declarations. */
export interface Declarations {
  /** Checks the name of a type, or of a constant, which may not be that of a type. */
  readonly checkName?: (name: string, constantsOf?: PlainTypeTable) => void;
  /** Checks that a class has no other name. */
  readonly checkClass?: (name: string, declared: Class, table: PlainTypeTable) => void;
  /** Whether an error of a predicate counts only for a value whose type is tested. Otherwise it ends the query. */
  readonly defersPredicateErrors?: boolean;
  /** Checks the form of a declaration that is not a class. */
  readonly check: (name: string, input: unknown, dialect: Dialect) => TypeDeclaration;
  /** Adds the fields and relations to types. */
  readonly link: (declared: readonly LinkedDeclaration[], table: PlainTypeTable) => void;
}

/** Accepts declarations that were checked when a policy was compiled. A precompiled policy compares their signature. */
export const uncheckedDeclarations: Declarations = {
  check: (name, input) => {
    if (typeof input !== 'object' || input === null)
      throw new PolarError('POLAR_TYPE_NOT_A_CLASS', { name, found: describeValue(input), advice: '' });
    return input;
  },
  link: () => {},
};

export const builtInTypeNames = ['Boolean', 'Integer', 'Float', 'String', 'List', 'Dictionary'] as const;
export type BuiltInTypeName = (typeof builtInTypeNames)[number];

const builtInClasses: Record<BuiltInTypeName, Class> = {
  Boolean,
  Integer: Number,
  Float: Number,
  String,
  List: Array,
  Dictionary: Object,
};

const referenceTo = (name: string): Field => ({
  on: name,
  name: '',
  type: { kind: 'named', name },
  nullable: true,
  optional: false,
  kind: 'field',
  element: undefined,
});

export const isClass = (value: unknown): value is Class =>
  typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;

/** The types and constants of a policy that was compiled, whose declarations were checked. Immutable. */
export class PlainTypeTable {
  protected readonly byName = new Map<string, DeclaredType>();
  readonly #byClass = new Map<Class, DeclaredType>();
  protected readonly constants = new Map<string, unknown>();
  readonly #byPrototype = new Map<unknown, DeclaredType>();
  #secretNames: ReadonlySet<string> | undefined = undefined;
  readonly #ancestors = new Map<DeclaredType, readonly DeclaredType[]>();

  /** @throws {PolarError} `POLAR_TYPE_…` naming the first declaration that makes no sense */
  constructor(
    types: TypesInput = {},
    values: Readonly<Record<string, unknown>> = {},
    readonly declarations: Declarations = uncheckedDeclarations,
    /** The dialect of the policies that use these types. */
    readonly dialect: Dialect = nanook,
  ) {
    const declared: LinkedDeclaration[] = [];
    for (const name of builtInTypeNames) {
      this.#add(name, { class: builtInClasses[name] }, true);
    }
    for (const [name, input] of Object.entries(types)) {
      declarations.checkName?.(name);
      const declaration = isClass(input) ? { class: input } : declarations.check(name, input, dialect);
      if (declaration.class !== undefined) declarations.checkClass?.(name, declaration.class, this);
      declared.push([this.#add(name, declaration, false), declaration]);
    }
    this.constants.set('nil', null);
    for (const [name, value] of Object.entries(values)) {
      declarations.checkName?.(name, this);
      this.constants.set(name, value);
    }
    // Fields are declared last, because the type of a field may be declared after its own type.
    declarations.link(declared, this);
  }

  find(name: string): DeclaredType | undefined {
    return this.byName.get(name);
  }

  findByClass(value: Class): DeclaredType | undefined {
    return this.#byClass.get(value);
  }

  /** Returns the value of a constant, or of a type that is used as a value. */
  constant(name: string): unknown {
    return this.constants.has(name) ? this.constants.get(name) : this.byName.get(name)?.value;
  }

  /** The names of the fields that any type declares secret. */
  get secretNames(): ReadonlySet<string> {
    return (this.#secretNames ??= new Set([...this.types].flatMap(({ secrets }) => [...secrets])));
  }

  get types(): Iterable<DeclaredType> {
    return this.byName.values();
  }

  get typeNames(): string[] {
    return [...this.byName.keys()];
  }

  get constantNames(): string[] {
    return [...this.constants.keys()];
  }

  /** Returns the type itself, then the types that it extends, nearest first. */
  ancestorsOf(type: DeclaredType): readonly DeclaredType[] {
    let chain = this.#ancestors.get(type);
    if (chain === undefined) {
      chain =
        type.class === undefined || type.builtIn
          ? this.#withBases(type)
          : [type, ...this.ancestorsOfClass(type.class).filter((t) => t !== type)];
      this.#ancestors.set(type, chain);
    }
    return chain;
  }

  /** Returns a type without a class and the types that it extends, nearest first. */
  #withBases(type: DeclaredType): readonly DeclaredType[] {
    const found = new Set([type]);
    for (const each of found) for (const name of each.bases) found.add(this.byName.get(name)!);
    return [...found];
  }

  /** Returns the registered types of a class and of its ancestors, nearest first. */
  ancestorsOfClass(start: Class): readonly DeclaredType[] {
    return this.typesInherited(start.prototype as object | null | undefined);
  }

  /**
   * Returns the types of the registered classes on a chain of prototypes, nearest first, as `instanceof` finds them. An ES5 class extends
   * another one without inheriting from it, so that only prototypes are compared.
   */
  typesInherited(start: object | null | undefined): readonly DeclaredType[] {
    const chain: DeclaredType[] = [];
    for (let p = start; p !== null && p !== undefined; p = Object.getPrototypeOf(p) as object | null) {
      const found = this.typeOfPrototype(p);
      if (found !== undefined) chain.push(found);
    }
    return chain;
  }

  /** Returns the registered type of the class with this prototype. */
  typeOfPrototype(prototype: object): DeclaredType | undefined {
    return this.#byPrototype.get(prototype);
  }

  #add(name: string, d: TypeDeclaration, builtIn: boolean): DeclaredType {
    const [tag] = Object.entries(d.discriminator ?? {});
    const type: DeclaredType = {
      kind: 'declared-type',
      id: this.byName.size,
      name,
      builtIn,
      class: d.class,
      is: d.is,
      bases: typeof d.extends === 'string' ? [d.extends] : Array.from(d.extends ?? []),
      discriminator: tag && { field: tag[0], value: tag[1] },
      fields: d.fields && new Map(),
      relations: new Map(),
      facts: d.facts ?? [],
      secrets: new Set(
        Object.entries(d.fields ?? {}).flatMap(([field, input]) => (isSecret(input) ? [field] : [])),
      ),
      places: new Map(),
      loads: d.loads,
      leadsTo: d.leadsTo,
      key: typeof d.key === 'string' ? [d.key] : d.key && Array.from(d.key),
      equals: d.equals as DeclaredType['equals'],
      reference: referenceTo(name),
      value: d.class ?? new TypeToken(name),
    };
    this.byName.set(name, type);
    if (d.class !== undefined && !(builtIn && this.#byClass.has(d.class))) this.#byClass.set(d.class, type);
    if (d.class !== undefined && !builtIn) this.#byPrototype.set(d.class.prototype, type);
    return type;
  }
}
