import { always, never, not, or, type Condition } from '../filter/condition.js';
import { equalCondition, isNilCondition } from '../filter/comparisons.js';
import type { Program } from '../ir/program.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { HostReader } from './host-reader.js';
import type { Rows } from './rows.js';
import { untranslatable, type Place } from './untranslatable.js';
import {
  CollectionValue,
  DictionaryValue,
  isUnknown,
  ListValue,
  RowValue,
  type ColumnValue,
} from './unknown.js';

/** Finds the conditions under which values are of a type. The type of a row is the type that is declared for it. */
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
    if (value instanceof CollectionValue || value instanceof ListValue)
      return type.name === 'List' ? always : never;
    if (value instanceof DictionaryValue) return type.name === 'Dictionary' ? always : never;
    const { column } = value as ColumnValue;
    const names: Record<string, readonly string[]> = {
      string: ['String'],
      boolean: ['Boolean'],
      integer: ['Integer', 'Float'],
      float: ['Float'],
      date: [],
    };
    if (column.type === 'float' && type.name === 'Integer')
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

  /** Returns the condition that a value is of one of several types. */
  ofAny(value: unknown, types: readonly DeclaredType[], at: Place): Condition {
    const isDeclared =
      value instanceof RowValue && types.some((type) => this.program.types.isSubtype(value.scope.type, type));
    return isDeclared ? always : or(...types.map((type) => this.ofType(value, type, at)));
  }

  /** Returns the condition that a row of a declared type is also of another type. */
  #rowOfType({ scope }: RowValue, type: DeclaredType, at: Place): Condition {
    const { types } = this.program;
    if (types.isSubtype(scope.type, type)) return always;
    if (type.name === 'Dictionary' && type.builtIn) return scope.type.class === undefined ? always : never;
    const discriminator = type.discriminator && this.rows.column(scope, type.discriminator.field);
    if (discriminator !== undefined)
      return equalCondition(discriminator, { kind: 'known', value: type.discriminator!.value });
    if (types.isSubtype(type, scope.type) || type.is !== undefined || type.discriminator !== undefined)
      throw untranslatable(
        `whether a row of \`${scope.type.name}\` is also of the type \`${type.name}\``,
        'declare the field that tells them apart, and compare it',
        at,
      );
    return never;
  }
}
