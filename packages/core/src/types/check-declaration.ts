import type { Dialect } from '../dialect/dialect.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { classNameOf, describeValue } from '../internal/describe-value.js';
import { didYouMean } from '../internal/near-names.js';
import { isClass } from './plain-type-table.js';
import type { TypeDeclaration } from './type-declaration.js';

const declarationOptions = [
  'class',
  'is',
  'discriminator',
  'extends',
  'fields',
  'relations',
  'facts',
  'key',
  'equals',
];

/** Checks the form of a type declaration. @throws {PolarError} `POLAR_TYPE_…` with the expected and the found value */
export function checkDeclaration(name: string, input: unknown, dialect: Dialect): TypeDeclaration {
  const invalid = (reason: string): PolarError =>
    new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name, reason });
  if (!isDeclarationObject(input))
    throw new PolarError('POLAR_TYPE_NOT_A_CLASS', {
      name,
      found: describeValue(input),
      advice: adviceFor(input),
    });
  for (const option of Object.keys(input)) {
    if (declarationOptions.includes(option)) continue;
    const near = didYouMean(option, declarationOptions);
    throw invalid(
      `\`${option}\` is not an option of a type${near || `; the options are ${declarationOptions.join(', ')}`}`,
    );
  }
  const d = input as TypeDeclaration;
  const expect = (option: keyof TypeDeclaration, holds: boolean, expected: string): void => {
    if (d[option] !== undefined && !holds)
      throw invalid(`\`${option}\` must be ${expected}, found ${describeValue(d[option])}`);
  };
  expect('class', isClass(d.class), 'a class');
  expect('is', typeof d.is === 'function', 'a function that returns true or false');
  expect('equals', typeof d.equals === 'function', 'a function of two values');
  expect('fields', isDeclarationObject(d.fields), "an object of types by field, such as { name: 'String' }");
  expect(
    'relations',
    isDeclarationObject(d.relations),
    "an object of relations, such as { owner: one('User', …) }",
  );
  expect(
    'facts',
    Array.isArray(d.facts),
    "a list of facts, such as [fact('has_role', ['user', 'role', 'organization'])]",
  );
  checkDiscriminator(d.discriminator, invalid);
  const ways = (['class', 'is', 'discriminator'] as const).filter((way) => d[way] !== undefined);
  if (ways.length > 1 && !dialect.predicatesReplaceClasses)
    throw invalid(
      `a type must have only one of \`class\`, \`is\` and \`discriminator\`, found ${ways.map((way) => `\`${way}\``).join(' and ')}`,
    );
  expect('extends', areNames(d.extends), "the name of a type, or a list of names, such as 'File'");
  if (d.extends !== undefined && (d.class !== undefined || d.is !== undefined))
    throw invalid('`extends` is for rows without a class; a class extends another class in its own code');
  expect('key', areNames(d.key), "the name of a field, or a list of names, such as 'id'");
  return d;
}

function areNames(value: unknown): boolean {
  const names: unknown[] = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '');
}

function checkDiscriminator(discriminator: unknown, invalid: (reason: string) => PolarError): void {
  if (discriminator === undefined) return;
  const wrong = (found: string): PolarError =>
    invalid(
      `\`discriminator\` must be one field with its value, such as { kind: 'invoice' }, found ${found}`,
    );
  if (!isDeclarationObject(discriminator)) throw wrong(describeValue(discriminator));
  const tags: [string, unknown][] = Object.entries(discriminator);
  if (tags.length !== 1) throw wrong(`${tags.length} fields`);
  const [[field, value]] = tags as [[string, unknown]];
  if (!['string', 'number', 'boolean'].includes(typeof value))
    throw wrong(`${describeValue(value)} as the value of \`${field}\``);
}

/** Returns the error about a field whose type has an invalid form. */
export function invalidFieldType(type: string, field: string, input: unknown): PolarError {
  const expected =
    "a type such as 'String', 'Date?', Number, ['User'], oneOf('draft', 'final') or optional(Date)";
  const found = Array.isArray(input) ? `a list of ${input.length} types` : describeValue(input);
  const keys = isDeclarationObject(input) ? Object.keys(input) : [];
  const near = keys.length > 0 ? ` with ${keys.map((key) => `\`${key}\``).join(', ')}` : '';
  const reason = `the field \`${field}\` must be ${expected}, found ${found}${near}`;
  return new PolarError('POLAR_TYPE_INVALID_DECLARATION', { name: type, reason });
}

/** Returns how to correct a value that declares no type. */
function adviceFor(input: unknown): string {
  if (input === undefined) return 'look for a circular import, or for an import under another name';
  if (typeof input === 'string' || input === null || input === true)
    return 'write {} for rows without a class';
  if (Array.isArray(input)) return 'declare one type under each name';
  if (typeof input === 'function') return 'write { is: … } for a function that recognizes values';
  if (typeof input !== 'object') return 'write {} for rows without a class';
  const name = classNameOf(input);
  return name === undefined ? 'write {} for rows without a class' : `pass the class itself: ${name}`;
}

/** Returns whether a value is an object such as `{ … }`, and not a list or an instance of a class. */
export function isDeclarationObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const name = classNameOf(value);
  return name === undefined || name === 'Object';
}

/** Returns whether conditions are values by the names of fields. Other conditions, such as a `Map`, would be read as none. */
export const areConditions = (where: unknown = {}): boolean =>
  isDeclarationObject(where) && Object.values(where).every((value) => value === null || isScalar(value));

export const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
