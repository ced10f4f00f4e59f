import { typed } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { UsageError } from '../errors/usage-error.js';
import type { Fixtures } from './config.js';
import { builtInTypes } from '@nanook/analysis';

/**
 * Requires an object of fixtures whose names are free: in a query, the name of a type or a constant is this type or constant.
 *
 * @throws {UsageError} when a value is something else
 */
export function requireFixtures(
  fixtures: unknown,
  types: object,
  constants: object,
): asserts fixtures is Fixtures {
  if (!isRow(fixtures))
    throw new UsageError(
      `the fixtures must be an object of values by name, such as { ann: new User(1) }, found ${describeValue(fixtures)}`,
    );
  for (const name of Object.keys(fixtures)) {
    const isType = Object.hasOwn(types, name) || builtInTypes.has(name);
    if (!isType && !Object.hasOwn(constants, name) && !words.has(name)) continue;
    const kind = isType ? 'a type' : words.has(name) ? 'a word of the language' : 'a constant';
    throw new UsageError(`the fixture \`${name}\` has the name of ${kind}; give it another name`);
  }
}

/** Values of the language that look like names. */
export const words: ReadonlySet<string> = new Set(['false', 'nil', 'true']);

/**
 * Builds the fixtures of a configuration in JSON. The field `"$type"` of an object is the type of the row. An object
 * `{ "$ref": "ann" }` is another fixture, and `{ "$date": "2027-01-31T12:00:00Z" }` is a date.
 *
 * @throws {UsageError} when a reference names no fixture, or a date is not a date
 */
export function fixturesFromJson(json: Fixtures): Fixtures {
  const built = new Map<string, unknown>();
  const build = (name: string): unknown => {
    if (built.has(name)) return built.get(name);
    const value = json[name];
    if (!isRow(value) || '$date' in value) return valueOf(value, build, json);
    const row: Record<string, unknown> = {};
    // Registered before its fields, because fixtures can refer to each other in a circle.
    const { $type: type, ...fields } = value;
    const fixture = typeof type === 'string' ? typed(type, row) : row;
    built.set(name, fixture);
    for (const [field, content] of Object.entries(fields)) row[field] = valueOf(content, build, json);
    return fixture;
  };
  return Object.fromEntries(Object.keys(json).map((name) => [name, build(name)]));
}

function valueOf(value: unknown, build: (name: string) => unknown, json: Fixtures): unknown {
  if (Array.isArray(value)) return value.map((item) => valueOf(item, build, json));
  if (!isRow(value)) return value;
  const { $ref: name, $type: type, $date: date, ...fields } = value;
  if (date !== undefined) return dateOf(date);
  if (typeof name === 'string') {
    if (!Object.hasOwn(json, name)) throw new UsageError(noSuchFixture(name, json));
    return build(name);
  }
  const row = Object.fromEntries(
    Object.entries(fields).map(([field, content]) => [field, valueOf(content, build, json)]),
  );
  return typeof type === 'string' ? typed(type, row) : row;
}

function dateOf(text: unknown): Date {
  const date = new Date(typeof text === 'string' ? text : Number.NaN);
  if (Number.isNaN(date.getTime()))
    throw new UsageError(
      `expected a date such as { "$date": "2027-01-31T12:00:00Z" }, found ${JSON.stringify(text)}`,
    );
  return date;
}

const isRow = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const noSuchFixture = (name: string, fixtures: Fixtures): string => {
  const names = Object.keys(fixtures);
  const known = names.length === 0 ? 'the configuration has none' : `the fixtures are ${names.join(', ')}`;
  return `no fixture has the name \`${name}\`; ${known}`;
};
