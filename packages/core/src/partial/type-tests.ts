import { always, and, never, not, or, undecided, type Condition, type Scope } from '../filter/condition.js';
import { equalCondition, inCondition, isNilCondition } from '../filter/comparisons.js';
import type { PolarError } from '../diagnostics/polar-error.js';
import type { Program } from '../ir/program.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { HostReader } from './host-reader.js';
import type { Rows } from './rows.js';
import { untranslatable, type Place } from './untranslatable.js';
import {
  CollectionValue,
  ComputedValue,
  CountValue,
  DictionaryValue,
  isUnknown,
  JsonValue,
  ListColumnValue,
  ListValue,
  MadeTextValue,
  RowValue,
  TypedRowValue,
  type ColumnValue,
} from './unknown.js';

/**
 * Finds the conditions under which values are of a type. A row has the types of its discriminators. A related row without one is of the
 * type that its relation declares.
 */
export class TypeTests {
  constructor(
    readonly program: Program,
    readonly host: HostReader,
    readonly rows: Rows,
  ) {}

  /** Returns the condition that a value is of a type. */
  ofType(value: unknown, type: DeclaredType, at: Place): Condition {
    if (!isUnknown(value)) return this.host.typeOf(value, at.span).types.has(type) ? always : never;
    if (value instanceof RowValue) return this.#rowOfType(value, type, at);
    if (type.is !== undefined)
      throw untranslatable(
        `\`${type.name}\`, which a function recognizes`,
        'declare a class or a discriminator',
        at,
      );
    if (value instanceof MadeTextValue) return type.builtIn && type.name === 'String' ? always : never;
    if (value instanceof JsonValue)
      throw untranslatable(`the type of the JSON \`${value.column.field}\``, 'leave out the type', at);
    if (value instanceof ListColumnValue)
      throw untranslatable(
        `the type of the list in the column \`${value.column.field}\``,
        'leave out the type',
        at,
      );
    if (value instanceof CollectionValue || value instanceof ListValue)
      return type.name === 'List' ? always : never;
    if (value instanceof DictionaryValue) return type.name === 'Dictionary' ? always : never;
    if (value instanceof CountValue)
      return type.builtIn && ['Integer', 'Float'].includes(type.name) ? always : never;
    if (value instanceof ComputedValue) return this.#numberOfType(value, type, at);
    const { column } = value as ColumnValue;
    const names: Record<string, readonly string[]> = {
      string: ['String'],
      boolean: ['Boolean'],
      integer: ['Integer', 'Float'],
      float: ['Float'],
      decimal: ['Float'],
      date: [],
    };
    if ((column.type === 'float' || column.type === 'decimal') && type.name === 'Integer')
      throw untranslatable(
        `whether \`${column.field}\` is a whole number`,
        "declare the field as 'Integer'",
        at,
      );
    const isOfType = type.builtIn
      ? names[column.type]!.includes(type.name)
      : column.type === 'date' && type.class === Date;
    return isOfType ? not(isNilCondition(column)) : never;
  }

  #numberOfType({ number }: ComputedValue, type: DeclaredType, at: Place): Condition {
    if (!type.builtIn || !['Integer', 'Float'].includes(type.name)) return never;
    if (number.type === 'float' && type.name === 'Integer')
      throw untranslatable(
        'whether the result of arithmetic on columns is a whole number',
        'leave out the type',
        at,
      );
    return always;
  }

  /** Returns the condition that a value is of one of several types. */
  ofAny(value: unknown, types: readonly DeclaredType[], at: Place): Condition {
    const isDeclared =
      value instanceof RowValue &&
      types.some((type) => this.#isDeclared(value, type) && this.ofType(value, type, at).kind === 'always');
    return isDeclared ? always : or(...types.map((type) => this.ofType(value, type, at)));
  }

  /**
   * Returns the condition that a row of the table of a type is of the type.
   *
   * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` for a discriminator that is not a declared field
   */
  ofOwnType({ scope }: RowValue, at: Place): Condition {
    if (scope.type.discriminator === undefined) return always;
    const condition = this.#hasDiscriminator(scope, scope.type);
    if (condition === undefined) throw undeclaredDiscriminator(scope.type, at);
    return condition;
  }

  /**
   * Returns the condition that a related row is accepted as one of its declared type: true, and undecided for a row that has the discriminator
   * of another type.
   *
   * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE` for a discriminator that is not a declared field
   */
  isAccepted(scope: Scope, at: Place): Condition {
    const { type } = scope;
    const { discriminator } = type;
    if (discriminator === undefined) return always;
    const others = [...this.program.types.types].filter(
      (other) =>
        other.discriminator?.field === discriminator.field &&
        other.discriminator.value !== discriminator.value &&
        !this.program.types.isSubtype(other, type),
    );
    if (others.length === 0) return always;
    const column = this.rows.column(scope, discriminator.field);
    if (column === undefined) throw undeclaredDiscriminator(type, at);
    const isOther = inCondition(
      column,
      others.map((other) => other.discriminator!.value),
    );
    return or(not(isOther), undecided);
  }

  #isDeclared({ scope }: RowValue, type: DeclaredType): boolean {
    return this.program.types.isSubtype(scope.type, type);
  }

  /** Returns the condition that a row has the discriminator of a type; `undefined` if it declares no such column. */
  #hasDiscriminator(scope: Scope, { discriminator }: DeclaredType): Condition | undefined {
    const column = discriminator && this.rows.column(scope, discriminator.field);
    return column && equalCondition(column, { kind: 'known', value: discriminator!.value });
  }

  /** Returns the condition that a related row is of its declared type: by its discriminator, or because it has none. */
  #isOfDeclaredType(row: RowValue): Condition {
    const { type } = row.scope;
    if (type.class !== undefined || row instanceof TypedRowValue) return always;
    const others = [...this.program.types.types].filter((other) => other !== type);
    const found = others.flatMap((other) => this.#hasDiscriminator(row.scope, other) ?? []);
    if (found.length === 0) return always;
    return or(this.#hasDiscriminator(row.scope, type) ?? never, and(...found.map(not)));
  }

  /** Returns the condition that a row of a declared type is of a type. */
  #rowOfType(row: RowValue, type: DeclaredType, at: Place): Condition {
    const { scope } = row;
    const { types } = this.program;
    if (this.#isDeclared(row, type)) return this.#isOfDeclaredType(row);
    if (type.name === 'Dictionary' && type.builtIn) return scope.type.class === undefined ? always : never;
    const own = scope.type.discriminator;
    const isOther =
      own !== undefined && own.field === type.discriminator?.field && own.value !== type.discriminator.value;
    if (isOther && row instanceof TypedRowValue) return never;
    const discriminated = this.#hasDiscriminator(scope, type);
    if (discriminated !== undefined) return discriminated;
    // A type with declared fields has rows of its own, which have the field of its discriminator. A type without them can mark any row.
    const canMark = type.discriminator !== undefined && type.fields === undefined;
    const canExtend = type.class !== undefined && types.isSubtype(type, scope.type);
    if (canExtend || type.is !== undefined || canMark)
      throw untranslatable(
        `whether a row of \`${scope.type.name}\` is also of the type \`${type.name}\``,
        'declare the field that tells them apart, and compare it',
        at,
      );
    return never;
  }
}

const undeclaredDiscriminator = ({ name, discriminator }: DeclaredType, at: Place): PolarError =>
  untranslatable(
    `the discriminator \`${discriminator!.field}\` of \`${name}\`, which is not a declared field`,
    `declare it in \`fields\` of \`${name}\``,
    at,
  );
