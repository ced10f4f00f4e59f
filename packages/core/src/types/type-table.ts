import { PolarError } from '../diagnostics/polar-error.js';
import type { DeclaredType, Field, FieldType } from './declared-type.js';
import { TypeToken } from './declared-type.js';
import { checkDeclaration, invalidFieldType, isClass } from './check-declaration.js';
import { linkRelation, type Relation, type RelationInput } from './relation.js';
import type {
  Class,
  FieldTypeInput,
  Optional,
  TypeDeclaration,
  TypeInput,
  TypesInput,
} from './type-declaration.js';

/** Names for sets of types, which cannot be registered. */
export const unionNames = ['Actor', 'Resource'] as const;
export type UnionName = (typeof unionNames)[number];
export const isUnionName = (name: string): name is UnionName => name === 'Actor' || name === 'Resource';

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

const nameForm = /^[\p{L}_][\p{L}\p{N}_]*(::[\p{L}_][\p{L}\p{N}_]*)*$/u;
const reservedWords = new Set(
  'true false inf nan new in cut debug print isa forall if and or not matches type mod rem'.split(' '),
);

export const isPolarName = (name: string): boolean => nameForm.test(name) && !reservedWords.has(name);

/** All names that a policy may use besides its own rules: types and constants. Immutable. */
export class TypeTable {
  readonly #types = new Map<string, DeclaredType>();
  readonly #byClass = new Map<Class, DeclaredType>();
  readonly #constants = new Map<string, unknown>();
  readonly #byPrototype = new Map<unknown, DeclaredType>();
  readonly #ancestors = new Map<DeclaredType, readonly DeclaredType[]>();
  readonly #declared: [DeclaredType, Readonly<Record<string, FieldTypeInput>>][] = [];
  readonly #related: [DeclaredType, Readonly<Record<string, RelationInput>>][] = [];

  /** @throws {PolarError} `POLAR_TYPE_…` naming the first declaration that makes no sense */
  constructor(types: TypesInput = {}, constants: Readonly<Record<string, unknown>> = {}) {
    for (const name of builtInTypeNames) {
      const declared = { ...noDeclaration, class: builtInClasses[name] };
      this.#add(name, declared, true, undefined);
    }
    for (const [name, input] of Object.entries(types)) {
      this.#checkName(name);
      if (this.#types.get(name)?.builtIn === false)
        throw new PolarError('POLAR_TYPE_DUPLICATE', { name, other: name });
      this.#register(name, input);
    }
    this.#constants.set('nil', null);
    for (const [name, value] of Object.entries(constants)) {
      this.#checkName(name);
      if (this.#types.has(name)) throw new PolarError('POLAR_TYPE_DUPLICATE', { name, other: name });
      this.#constants.set(name, value);
    }
    // Fields are declared last, because the type of a field may be declared after its own type.
    for (const [type, fields] of this.#declared) this.#declareFields(type, fields);
    for (const [type, relations] of this.#related) this.#declareRelations(type, relations);
  }

  find(name: string): DeclaredType | undefined {
    return this.#types.get(name);
  }

  findByClass(value: Class): DeclaredType | undefined {
    return this.#byClass.get(value);
  }

  /** Returns whether a bare name in a term is a type or a constant. */
  hasConstant(name: string): boolean {
    return this.#constants.has(name) || this.#types.has(name);
  }

  /** Returns the value of a constant, or of a type that is used as a value. */
  constant(name: string): unknown {
    return this.#constants.has(name) ? this.#constants.get(name) : this.#types.get(name)?.value;
  }

  get types(): Iterable<DeclaredType> {
    return this.#types.values();
  }

  /** Returns true if any type declares its fields. */
  get hasFields(): boolean {
    return this.#declared.length > 0;
  }

  get typeNames(): string[] {
    return [...this.#types.keys()];
  }

  get constantNames(): string[] {
    return [...this.#constants.keys()];
  }

  /** Returns the type itself, then the registered types of the ancestors of its class, nearest first. */
  ancestorsOf(type: DeclaredType): readonly DeclaredType[] {
    let chain = this.#ancestors.get(type);
    if (chain === undefined) {
      chain =
        type.class === undefined || type.builtIn
          ? [type]
          : [type, ...this.ancestorsOfClass(type.class).filter((t) => t !== type)];
      this.#ancestors.set(type, chain);
    }
    return chain;
  }

  /**
   * Returns the registered types of a class and of its ancestors, nearest first. It compares prototypes, as for the types of
   * instances, because an ES5 class extends another one without inheriting from it.
   */
  ancestorsOfClass(start: Class): DeclaredType[] {
    const chain: DeclaredType[] = [];
    for (
      let p = start.prototype as object | null | undefined;
      p !== null && p !== undefined;
      p = Object.getPrototypeOf(p) as object | null
    ) {
      const found = this.#byPrototype.get(p);
      if (found !== undefined) chain.push(found);
    }
    return chain;
  }

  /** Returns whether every value of type `sub` has type `base`, according to the declarations. */
  isSubtype(sub: DeclaredType, base: DeclaredType): boolean {
    return (
      sub === base ||
      (sub.name === 'Integer' && base.name === 'Float') ||
      this.ancestorsOf(sub).includes(base)
    );
  }

  #checkName(name: string): void {
    if (isUnionName(name)) throw new PolarError('POLAR_TYPE_RESERVED_NAME', { name });
    if (!isPolarName(name)) throw new PolarError('POLAR_TYPE_INVALID_NAME', { name });
  }

  #register(name: string, input: TypeInput): void {
    if (isClass(input)) {
      this.#add(name, { ...noDeclaration, class: input }, false, undefined);
      return;
    }
    const d = checkDeclaration(name, input);
    const keys = d.key === undefined ? undefined : typeof d.key === 'string' ? [d.key] : [...d.key];
    this.#add(name, d, false, keys);
  }

  #add(name: string, d: TypeDeclaration, builtIn: boolean, key: readonly string[] | undefined): void {
    const [tag] = Object.entries(d.discriminator ?? {});
    const earlier = d.class && this.#byClass.get(d.class);
    if (earlier !== undefined && !earlier.builtIn)
      throw new PolarError('POLAR_TYPE_DUPLICATE', { name, other: earlier.name });
    const type: DeclaredType = {
      kind: 'declared-type',
      id: this.#types.size,
      name,
      builtIn,
      class: d.class,
      is: d.is,
      discriminator: tag && { field: tag[0], value: tag[1] },
      fields: d.fields && new Map(),
      relations: new Map(),
      key,
      equals: d.equals as DeclaredType['equals'],
      value: d.class ?? new TypeToken(name),
    };
    this.#types.set(name, type);
    if (d.fields !== undefined) this.#declared.push([type, d.fields]);
    if (d.relations !== undefined) this.#related.push([type, d.relations]);
    if (d.class !== undefined && !(builtIn && this.#byClass.has(d.class))) this.#byClass.set(d.class, type);
    if (d.class !== undefined && !builtIn) this.#byPrototype.set(d.class.prototype, type);
  }

  #declareFields(type: DeclaredType, inputs: Readonly<Record<string, FieldTypeInput>>): void {
    const fields = type.fields as Map<string, Field>;
    for (const [name, input] of Object.entries(inputs)) {
      const isOptional = typeof input === 'string' ? input.endsWith('?') : isOptionalField(input);
      const required = isOptionalField(input)
        ? input.optional
        : typeof input === 'string'
          ? input.replace(/\?$/, '')
          : input;
      fields.set(name, { name, type: this.#fieldType(type.name, name, required), optional: isOptional });
    }
    for (const key of type.key ?? []) {
      if (!fields.has(key) && !(type.class && key in type.class.prototype)) {
        const reason = `the key \`${key}\` is not one of its fields (${[...fields.keys()].join(', ')})`;
        throw new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type.name, reason });
      }
    }
  }

  /** A relation is a field as well: policies read it. */
  #declareRelations(type: DeclaredType, inputs: Readonly<Record<string, RelationInput>>): void {
    const relations = type.relations as Map<string, Relation>;
    const fields = type.fields as Map<string, Field> | undefined;
    const invalid = (reason: string): PolarError =>
      new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type.name, reason });
    for (const [name, input] of Object.entries(inputs)) {
      const relation = linkRelation(name, input);
      if (typeof relation === 'string') throw invalid(relation);
      const target = this.#types.get(relation.type);
      if (target === undefined || target.builtIn)
        throw new PolarError('POLAR_TYPE_UNKNOWN_FIELD_TYPE', {
          type: type.name,
          field: name,
          expected: relation.type,
          known: this.typeNames,
        });
      if (fields?.has(name) === true) throw invalid(`\`${name}\` is declared as a field and as a relation`);
      for (const [owner, keys] of [
        [type, relation.local],
        [target, relation.foreign],
        [target, [...relation.where.keys()]],
      ] as const) {
        const unknown = keys.find((key) => owner.fields !== undefined && !owner.fields.has(key));
        if (unknown !== undefined)
          throw invalid(
            `relation \`${name}\` uses \`${owner.name}.${unknown}\`, which \`fields\` does not declare`,
          );
      }
      relations.set(name, relation);
      const related: FieldType = { kind: 'named', name: target.name };
      const fieldType: FieldType = relation.kind === 'one' ? related : { kind: 'list', of: related };
      fields?.set(name, { name, type: fieldType, optional: false });
    }
  }

  #fieldType(type: string, field: string, input: FieldTypeInput): FieldType {
    if (input === Number) return { kind: 'named', name: 'Float' };
    if (typeof input === 'function') {
      const found = input === Object ? undefined : this.#byClass.get(input as Class);
      return found === undefined
        ? { kind: 'any', isDate: input === Date }
        : { kind: 'named', name: found.name };
    }
    if (typeof input === 'string') {
      if (this.#types.has(input)) return { kind: 'named', name: input };
      if (opaqueFieldTypes.has(input)) return { kind: 'any', isDate: input === 'Date' };
      throw new PolarError('POLAR_TYPE_UNKNOWN_FIELD_TYPE', {
        type,
        field,
        expected: input,
        known: [...this.typeNames, ...opaqueFieldTypes],
      });
    }
    if (Array.isArray(input) && input.length === 1) {
      return { kind: 'list', of: this.#fieldType(type, field, input[0] as FieldTypeInput) };
    }
    throw invalidFieldType(type, field, input);
  }
}

const isOptionalField = (input: FieldTypeInput): input is Optional =>
  typeof input === 'object' && input !== null && 'optional' in input;
const noDeclaration: TypeDeclaration = {};
/** JavaScript types that need no registration as the type of a field. */
const opaqueFieldTypes = new Set(['Date', 'Map', 'Set', 'Any']);
