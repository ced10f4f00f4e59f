import { typed, type FieldTypeInput, type TypesInput } from '@nanook/core';
import { isOneOf, readFieldInput } from '@nanook/core/filter';
import { visit, type PolicyNode } from '@nanook/core/syntax';
import { randomNumbers } from './random-numbers.js';

/** Rows by name: `User1`, `User2`, `Note1`. */
export type GeneratedRows = Readonly<Record<string, object>>;

/**
 * Makes rows of each type that declares its fields, with the texts and numbers of the policies as values, so that conditions hold for some
 * rows. The same policies always give the same rows.
 *
 * @param count the number of rows of each type
 */
export function generateRows(types: TypesInput, trees: readonly PolicyNode[], count: number): GeneratedRows {
  const rows: Record<string, object> = {};
  const rowsOf = new Map<string, Record<string, unknown>[]>();
  const names = new Map<unknown, string>();
  const declared = Object.entries(types).flatMap(([name, type]) => {
    if (typeof type === 'function') return [];
    if (type.class !== undefined) names.set(type.class, name);
    return type.fields === undefined ? [] : [{ name, type, fields: type.fields }];
  });
  for (const { name } of declared) {
    const own = Array.from({ length: count }, () => ({}));
    own.forEach((row, i) => (rows[`${name}${i + 1}`] = typed(name, row)));
    rowsOf.set(name, own);
  }
  const { texts, numbers } = literalsOf(trees);
  const random = randomNumbers();
  const oneOf = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)];
  for (const { name, type, fields } of declared)
    rowsOf.get(name)!.forEach((row, i) => {
      for (const [field, input] of Object.entries(fields))
        row[field] = isKey(field, type.key) ? keyOf(input, i) : valueOf(input);
      Object.assign(row, type.discriminator);
    });
  return rows;

  function valueOf(input: FieldTypeInput): unknown {
    const { type, nullable } = readFieldInput(input);
    if (nullable && random() < 0.3) return null;
    if (isOneOf(type)) return oneOf(type.oneOf);
    if (Array.isArray(type)) {
      const [item] = type as readonly FieldTypeInput[];
      const length = Math.floor(random() * 3);
      return item === undefined ? [] : Array.from({ length }, () => valueOf(item));
    }
    const name = typeof type === 'string' ? type : (names.get(type) ?? (type as { name: string }).name);
    switch (name) {
      case 'Boolean':
        return random() < 0.5;
      case 'Integer':
      case 'Number':
        // Small numbers are often the ids of other rows.
        return oneOf([...numbers.filter(Number.isInteger), ...ids(count)]);
      case 'Float':
      case 'Decimal':
        return oneOf([...numbers, 0.5]);
      case 'String':
        return oneOf([...texts, ...ids(Math.min(count, 3)).map((id) => `text ${id}`)]);
      case 'Date':
        return new Date(Date.UTC(2026, Math.floor(random() * 24) - 12, 1));
      default:
        return oneOf(rowsOf.get(name) ?? []) ?? null;
    }
  }
}

const ids = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

const isKey = (field: string, key: string | readonly string[] = 'id'): boolean =>
  typeof key === 'string' ? field === key : key.includes(field);

function keyOf(input: FieldTypeInput, index: number): number | string {
  const { type } = readFieldInput(input);
  return type === 'String' || type === String ? `id-${index + 1}` : index + 1;
}

/** The literals of the policies, and for a number the two next to it, so that each order comparison has both outcomes. */
function literalsOf(trees: readonly PolicyNode[]): {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
} {
  const texts = new Set<string>();
  const numbers = new Set<number>();
  for (const tree of trees)
    visit(tree, {
      test: () => false,
      string: ({ value }) => void texts.add(value),
      literal: ({ value }) => {
        if (typeof value === 'string') texts.add(value);
        else if (typeof value === 'number')
          [value - 1, value, value + 1].forEach((each) => numbers.add(each));
      },
    });
  return { texts: [...texts], numbers: [...numbers] };
}
