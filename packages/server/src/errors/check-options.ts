import { describeValue, nearNames } from '@nanook/core/internal';
import { invalidOption } from './nanook-server-error.js';

/** The values that an option may have, for messages, and the function that recognizes them. */
export interface OptionKind {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const aFunction: OptionKind = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
};
export const aText: OptionKind = { expected: 'a text that is not empty', accepts: isText };
export const aTextList: OptionKind = {
  expected: 'a list of texts',
  accepts: (value) => Array.isArray(value) && value.every(isText),
};
export const aBoolean: OptionKind = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};
export const aCount: OptionKind = {
  expected: 'a positive whole number',
  accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};
export const aTime: OptionKind = {
  // A timer of Node with a longer time fires at once.
  expected: 'a positive number of milliseconds, at most 2147483647',
  accepts: (value) => typeof value === 'number' && value > 0 && value < 2 ** 31,
};
export const anObject: OptionKind = { expected: 'an object', accepts: isRecord };
export const oneOf = (...values: readonly string[]): OptionKind => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
  accepts: (value) => values.includes(value as string),
});

/**
 * Checks the names of options and their values.
 *
 * @param path the place of the options in those of the server, such as `limits`; empty for the options themselves
 * @param required the options that must be given
 * @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION`
 */
export function checkOptions(
  path: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  required: readonly string[] = [],
): void {
  const at = (option: string): string => (path === '' ? option : `${path}.${option}`);
  if (!isRecord(options))
    throw invalidOption(path || 'options', `must be an object, found ${describeValue(options)}`);
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, option)) {
      const [near] = nearNames(option, Object.keys(kinds));
      const advice =
        near === undefined ? `the options are ${Object.keys(kinds).join(', ')}` : `did you mean \`${near}\`?`;
      throw invalidOption(at(option), `does not exist; ${advice}`);
    }
    const { expected, accepts } = kinds[option]!;
    if (value !== undefined && !accepts(value))
      throw invalidOption(at(option), `must be ${expected}, found ${describeValue(value)}`);
  }
  for (const option of required)
    if (options[option] === undefined)
      throw invalidOption(at(option), `must be ${kinds[option]!.expected}, but it is missing`);
}
