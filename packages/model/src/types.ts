import { ModelError } from './outcome.js';

/** The declaration of a field or a relation: the name of its type, and whether it can be a list, nil or absent. */
export interface Field {
  readonly type: string;
  readonly isList?: boolean;
  /** Whether an element of the list can be nil. */
  readonly hasNil?: boolean;
  /** Whether the field can be nil. A relation always can. */
  readonly isNullable?: boolean;
  /** Whether the field can be absent. It is nil then. */
  readonly isOptional?: boolean;
}
/** The declaration of a type of the application. */
export interface TypeDeclaration {
  readonly extends?: readonly string[];
  readonly key?: readonly string[];
  /** A field whose value shows that an object is of the type. */
  readonly discriminator?: { readonly field: string; readonly value: string };
  /** The fields and relations. Without them, every attribute can be read. */
  readonly fields?: Readonly<Record<string, Field>>;
}
export type TypeDeclarations = Readonly<Record<string, TypeDeclaration>>;

/** An object of the application. A promise is the value with which it is fulfilled. */
export class Thing {
  constructor(
    /** The type that `typed` or the class gives to the object. */
    readonly type: string | undefined,
    /** The attributes. A function is a method of the type. */
    readonly attributes: Record<string, unknown>,
    /** Whether it is a plain object: a row. */
    readonly isPlain = true,
  ) {}
}

/** The types that are built in. */
const builtIn: ReadonlySet<string> = new Set(['String', 'Integer', 'Float', 'Boolean', 'List', 'Dictionary']);

export class Types {
  constructor(
    readonly declarations: TypeDeclarations,
    /** The types with a block of the policy, and those of them that are actors. */
    readonly resources: ReadonlySet<string>,
    readonly actors: ReadonlySet<string>,
  ) {}

  has(name: string): boolean {
    return Object.hasOwn(this.declarations, name);
  }

  isBuiltIn(name: string): boolean {
    return builtIn.has(name);
  }

  /** Returns a type and the types that it extends, the nearest first. */
  chain(name: string): readonly string[] {
    const { extends: bases = [] } = this.declarations[name] ?? {};
    return [...new Set([name, ...bases.flatMap((base) => this.chain(base))])];
  }

  /** Returns the types that an object has by itself: by its tag or class, and by the values of discriminators. */
  own({ type, attributes }: Thing): readonly string[] {
    const shown = Object.entries(this.declarations)
      .filter(([, { discriminator: by }]) => by !== undefined && attributes[by.field] === by.value)
      .map(([name]) => name);
    const names = type === undefined ? shown : [type, ...shown];
    return [...new Set(names.flatMap((name) => this.chain(name)))];
  }

  /** Returns the declaration of a field, of the nearest type that declares it. */
  field(types: readonly string[], name: string): Field | undefined {
    const by = types.find((type) => Object.hasOwn(this.declarations[type]?.fields ?? {}, name));
    return by === undefined ? undefined : this.declarations[by]!.fields![name];
  }

  /** Returns whether an object can be in a field that is declared with a type of the application. */
  accepts(name: string, thing: Thing): boolean {
    const declared = this.declarations[name];
    if (declared === undefined) throw new ModelError(`the type ${name} is not declared`);
    const own = this.own(thing);
    if (own.length === 0 || own.includes(name)) return true;
    // The row can be in one table with rows of the declared type, if nothing but a column of this table shows another type.
    return own.every((other) => {
      const by = this.declarations[other]!.discriminator?.field;
      return (
        by !== undefined && Object.hasOwn(declared.fields ?? {}, by) && declared.discriminator?.field !== by
      );
    });
  }

  /** Returns whether a value with these types has the type of a pattern. */
  isA(types: readonly string[], name: string): boolean {
    if (name === 'Actor') return types.some((type) => this.actors.has(type));
    if (name === 'Resource') return types.some((type) => this.resources.has(type));
    return types.includes(name);
  }
}
