import { nullable, oneOf, optional } from '@nanook/core';
import { expect, it } from 'vitest';
import { generateRows } from './generate-rows.js';

it('generateRows() makes values of each declared form', () => {
  const fields = {
    id: 'Integer',
    status: oneOf('draft', 'final'),
    stage: nullable(oneOf('first')),
    price: 'Decimal',
    limit: 'Decimal?',
    tags: nullable(['String?']),
    note: optional('String'),
  } as const;
  const rows = Object.values(generateRows({ Item: { key: 'id', fields } }, [], 40)) as Record<
    string,
    unknown
  >[];
  const all = (field: string) => new Set(rows.map((row) => row[field]));
  expect(all('status')).toEqual(new Set(['draft', 'final']));
  expect(all('stage')).toEqual(new Set(['first', null]));
  expect(rows.every(({ price }) => typeof price === 'number')).toBe(true);
  expect(all('limit')).toContain(null);
  expect(all('note')).toContain(null);
  const lists = rows.flatMap(({ tags }) => (tags === null ? [] : [tags]));
  expect(lists.every(Array.isArray)).toBe(true);
  expect(lists.flat()).toContain(null);
  expect(lists.flat().some((item) => typeof item === 'string')).toBe(true);
});
