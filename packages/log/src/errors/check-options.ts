import { describeValue, nearNames } from '@nanook/core/internal';
import { NanookLogError } from './nanook-log-error.js';

/** The values that an option may have, for messages, and the function that recognizes them. */
export interface OptionKind {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

export const aFunction: OptionKind = {
  expected: 'a function',
  accepts: (value) => typeof value === 'function',
};
export const aText: OptionKind = {
  expected: 'a text',
  accepts: (value) => typeof value === 'string' && value !== '',
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
  expected: 'a number of milliseconds, at most 2147483647',
  accepts: (value) => typeof value === 'number' && value >= 0 && value < 2 ** 31,
};
export const oneOf = (...values: readonly string[]): OptionKind => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
  accepts: (value) => values.includes(value as string),
});
export const anObjectWith = (method: string, example: string): OptionKind => ({
  expected: `an object with the method \`${method}\`, such as ${example}`,
  accepts: (value) => hasMethod(value, method),
});

export function hasMethod(value: unknown, method: string): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Record<string, unknown>)[method] === 'function'
  );
}

/**
 * Checks the names of options and their values.
 *
 * @param owner the function that takes the options, for messages
 * @param required the options that must be given
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 */
export function checkOptions(
  owner: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  required: readonly string[] = [],
): void {
  const invalid = (option: string, reason: string) =>
    new NanookLogError('NANOOK_LOG_INVALID_OPTION', { owner, option, reason });
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalid(
      'options',
      `must be an object, such as { ${required[0] ?? Object.keys(kinds)[0]}: … }; got ${describeValue(options)}`,
    );
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, option)) {
      const near = nearNames(option, Object.keys(kinds));
      throw invalid(
        option,
        near.length > 0
          ? `does not exist; did you mean \`${near.join('` or `')}\`?`
          : `does not exist; the options are ${Object.keys(kinds).join(', ')}`,
      );
    }
    const { expected, accepts } = kinds[option]!;
    if (value !== undefined && !accepts(value))
      throw invalid(option, `must be ${expected}, got ${describeValue(value)}`);
  }
  for (const option of required)
    if ((options as Record<string, unknown>)[option] === undefined)
      throw invalid(option, `must be ${kinds[option]!.expected}, but it is missing`);
}
