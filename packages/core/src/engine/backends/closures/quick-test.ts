import { isRowType, prototypesOf } from '../../compiler/local-fields.js';
import { maxPlainDecimal } from '../../../types/read-decimal.js';
import type { Linker } from '../../compiler/linker.js';
import { findTag } from '../../../types/typed.js';
import { hasDates, type DeclaredType, type Field } from '../../../types/declared-type.js';

type Test = (value: unknown) => boolean;

const never: Test = () => false;

/** Returns the quick test that a value has the declared type of a field. The runtime tests all other values. */
export function quickTest(field: Field, linker: Linker): Test {
  const test = testOf(field, linker);
  return field.nullable && test !== never ? (value) => value === null || test(value) : test;
}

function testOf({ type }: Field, linker: Linker): Test {
  switch (type.kind) {
    case 'list':
      return Array.isArray;
    case 'one-of':
      return (value) => type.values.includes(value as string);
    case 'decimal':
      return (value) => typeof value === 'number' && Math.abs(value) < maxPlainDecimal;
    case 'named':
      return namedTest(linker.context.program.types.find(type.name)!, linker);
    default:
      return never;
  }
}

function namedTest(type: DeclaredType, linker: Linker): Test {
  if (!type.builtIn) return objectTest(type, linker);
  switch (type.name) {
    case 'String':
      return (value) => typeof value === 'string';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'Integer':
      return Number.isSafeInteger;
    case 'Float':
      return (value) => typeof value === 'number' && !Number.isNaN(value);
    case 'List':
      return Array.isArray;
    default:
      return never;
  }
}

/** Returns the test that a value is an instance of a registered class, or a row that no tag gives another type. */
function objectTest(type: DeclaredType, linker: Linker): Test {
  if (!linker.testsTypes(type) || hasDates(type)) return never;
  const isRow = isRowType(type, linker);
  const prototypes = new Set(isRow ? [Object.prototype] : prototypesOf(type, linker));
  if (prototypes.size === 0) return never;
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    if ((value as { then?: unknown }).then !== undefined) return false;
    if (!prototypes.has(Object.getPrototypeOf(value) as object) || Array.isArray(value)) return false;
    if (!isRow) return true;
    const tag = findTag(value);
    return tag === undefined || tag === type.name;
  };
}

/** Returns whether code takes the values of a field for plain objects. */
export const isRowField = ({ type: of }: Field, linker: Linker): boolean => {
  const type = of.kind === 'named' ? linker.context.program.types.find(of.name) : undefined;
  return type !== undefined && isRowType(type, linker);
};
