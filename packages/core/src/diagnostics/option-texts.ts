import { isPromise } from '../internal/promise.js';
import { describeValue, isClass } from '../internal/describe-value.js';
import { didYouMean } from '../internal/near-names.js';

/** The valid values of an option, and the correction of an invalid one. */
interface OptionText {
  readonly expected: string;
  readonly advice?: (value: unknown) => string | undefined;
}

const aFunction: OptionText = { expected: 'a function' };
const aBoolean: OptionText = { expected: 'true or false' };
const oneOf = (...values: readonly string[]): OptionText => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
});

const byName = (what: string, example: string): OptionText => ({
  expected: `an object of ${what} by name, such as ${example}`,
  advice: (value) =>
    value instanceof Map
      ? 'convert it with Object.fromEntries(map)'
      : typeof value === 'function' && isClass(value)
        ? `write { ${value.name} }`
        : undefined,
});

const awaited = (value: unknown): string | undefined => (isPromise(value) ? 'await it' : undefined);

/** The options of checks with a policy that was compiled ahead of time. */
const deciding: Readonly<Record<string, OptionText>> = {
  types: byName('types', '{ User, Note: {} }'),
  constants: byName('values', '{ MaxLength: 20 }'),
  clock: {
    expected: 'a function that returns a Date',
    advice: (value) => (value instanceof Date ? 'write () => new Date()' : undefined),
  },
  limits: { expected: 'an object of limits, such as { maxSteps: 1_000 }' },
  readAction: { expected: "the name of an action, such as 'read'" },
  hideUnreadable: aBoolean,
  undecided: oneOf('error', 'deny'),
  equality: { expected: "'identity', 'deep' or a function of two values" },
};

/** Further options of `Authorizer.load`. */
const loading: Readonly<Record<string, OptionText>> = {
  policies: {
    expected: 'the text of a policy, a file such as "policy.polar", or a list of them',
    advice: awaited,
  },
  dialect: oneOf('nanook', 'oso-cloud'),
  version: { expected: "the label of the policy, such as '1.4.0'" },
  sample: { expected: 'a number from 0 to 1' },
  maxPending: { expected: 'a whole number that is not negative' },
  methods: oneOf('call', 'skip'),
  check: aFunction,
  onDifference: aFunction,
  maxDifferences: { expected: 'a whole number that is not negative' },
  explanations: { expected: 'an object of options, such as { maxRules: 3 }' },
  onError: aFunction,
  identify: aFunction,
  seed: { expected: 'a text' },
  queries: {
    expected: "a list of names of rules, such as ['is_owner']",
    advice: (value) => (typeof value === 'string' ? `write ['${value}']` : undefined),
  },
  onDecision: aFunction,
  onDecisionError: aFunction,
  decisionLog: oneOf('background', 'required'),
  decisionDuration: aBoolean,
  onWarning: aFunction,
  denialWarnings: aBoolean,
  print: aFunction,
  resources: {
    expected: 'an adapter of @nanook/orm, such as drizzleResources(db, tables)',
    advice: awaited,
  },
  engine: oneOf('auto', 'source', 'closures', 'machine'),
  coverage: { expected: '`new PolicyCoverage()` of `@nanook/core/testing`' },
};

const texts: Readonly<Record<string, OptionText>> = {
  ...deciding,
  ...loading,
  answer: oneOf('nanook', 'other'),
  format: oneOf('esm', 'cjs'),
  signal: {
    expected: 'an AbortSignal',
    advice: (value) =>
      typeof value === 'object' && value !== null && 'signal' in value ? 'pass its `signal`' : undefined,
  },
  context: { expected: "an object, such as { requestId: '7f3a' }" },
  checkRead: aBoolean,
  allowWildcard: aBoolean,
  bindings: { expected: 'an object or a Map of values by name' },
  acceptExpression: aBoolean,
  maxRules: { expected: 'a positive whole number' },
  maxDepth: { expected: 'a positive whole number' },
  mask: aFunction,
  where: byName('values', '{ ownerId: 3 }'),
  fields: { expected: "an action on fields, such as 'read'" },
  take: {
    expected: 'a whole number of rows from 1 on',
    advice: (value) => (typeof value === 'string' ? 'convert it with Number(…), and limit it' : undefined),
  },
  skip: {
    expected: 'a whole number of rows from 0 on',
    advice: (value) => (typeof value === 'string' ? 'convert it with Number(…)' : undefined),
  },
  after: { expected: 'the `next` of a page' },
  orderBy: {
    expected:
      "an object of directions by field, such as { createdAt: 'desc', title: { direction: 'asc', nulls: 'last' } }",
  },
};

/** Says which value an option must have, and how to correct the value. */
export function invalidOption(option: string, value: unknown): string {
  const { expected, advice } = texts[option] ?? { expected: 'a positive number' };
  if (value === undefined) return `is missing; it must be ${expected}`;
  const how = advice?.(value);
  const found = `must be ${expected}, found ${describeValue(value)}`;
  return how === undefined ? found : `${found}; ${how}`;
}

/** Names the most likely option: one with a similar name, or with the same beginning (`policy` for `policies`). */
export function unknownOption(name: string, known: readonly string[]): string {
  if (Object.hasOwn(loading, name) && known.includes('types'))
    return 'is an option of `Authorizer.load`, and a compiled policy does not support it';
  const near = didYouMean(name, known);
  if (near !== '') return `is unknown${near}`;
  const alike = known.find((option) => name.length > 3 && option.startsWith(name.slice(0, -1)));
  return alike === undefined
    ? `is unknown; the options are ${known.join(', ')}`
    : `is unknown; did you mean \`${alike}\`?`;
}
