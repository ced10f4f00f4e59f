import {
  isPolarError,
  isPolicyError,
  type Code,
  type NamedPolicy,
  type PolarError as CoreError,
} from '@nanook/core';
import { textOf, type Node, type Span } from '@nanook/core/syntax';
import {
  InvalidAttributeError,
  InvalidCallError,
  InvalidIteratorError,
  KwargsError,
  OsoError,
  UnexpectedExpressionError,
  UnregisteredClassError,
} from '../errors.js';
import { Predicate } from '../predicate.js';
import type { HostTypes } from '../types.js';
import { withExcerpt } from './excerpt.js';
import { isFromIsaCheck } from './isa-check.js';
import { engineError } from './named-error.js';
import { literalPlace, nodeAt } from './literal-place.js';
import { loadError } from './load-error.js';
import { bodyOf, traceText } from './trace.js';
import { callText, valueText } from './value-text.js';

/** The name and the text of an error. */
type Made = readonly [name: string, text: string, traced?: 'traced'];

type Texts = {
  readonly [C in Code]?: (data: never, error: CoreError) => Error | Made;
};

const wildcard = (method: string, variable: string): string => `
            The result of ${method}() contained an "unconstrained" ${variable} that could represent any ${variable}, but allowWildcard was set to False. To fix, set allowWildcard to True and compare with the "*" string.
          `;

const application = (text: string) =>
  ['RuntimeError::Application', `Application error: ${text}`, 'traced'] as const;

const texts: Texts = {
  POLAR_RUN_UNDEFINED_RULE: ({ name }: { name: string }) =>
    engineError('RuntimeError::QueryForUndefinedRule', `Query for undefined rule \`${name}\``),
  POLAR_RUN_UNKNOWN_CLASS: ({ name }: { name: string }) => new UnregisteredClassError(name),
  POLAR_CHECK_KEYWORD_ARGUMENTS: () => new KwargsError(),
  POLAR_RUN_UNEXPECTED_CONSTRAINT: () => new UnexpectedExpressionError(),
  POLAR_RUN_WILDCARD: ({ method, variable }: { method: string; variable: string }) =>
    new OsoError(wildcard(method, variable)),
  POLAR_RUN_ALREADY_BOUND: ({ name }: { name: string }) => [
    'RuntimeError::TypeError',
    `Type error: Can only assign to unbound variables, ${name} is not unbound.`,
    'traced',
  ],
  POLAR_UNDECIDED_ORDER: ({ left, operator, right }: Record<string, string>) => [
    'RuntimeError::Unsupported',
    `Not supported: ${left} ${operator} ${right}`,
  ],
  POLAR_UNDECIDED_ARITHMETIC: ({ left, operator, right }: Record<string, string>) => [
    'RuntimeError::Unsupported',
    `Not supported: unsupported arithmetic operands: ${left} ${operator} ${right} = _op_1`,
  ],
  POLAR_UNDECIDED_DIVISION_BY_ZERO: ({ left, operator }: Record<string, string>) => [
    'RuntimeError::ArithmeticError',
    `Arithmetic error: ${left} ${operator} 0`,
  ],
  POLAR_UNDECIDED_UNSAFE_INTEGER: ({ left, operator, right }: Record<string, string>) => [
    'RuntimeError::ArithmeticError',
    `Arithmetic error: ${left} ${operator} ${right}`,
  ],
  POLAR_UNDECIDED_ATTRIBUTE_OF_NIL: ({ name, value }: { name: string; value: string }) =>
    name.endsWith('()')
      ? application(new InvalidCallError(nilOf(value), name.slice(0, -2)).message)
      : application(new InvalidAttributeError(nilOf(value), name).message),
  POLAR_UNDECIDED_MISSING_ATTRIBUTE: ({ name }: { name: string }, error) =>
    missingAttribute(name, error.receiver),
  POLAR_UNDECIDED_MISSING_METHOD: ({ name }: { name: string }, error) =>
    application(new InvalidCallError(error.receiver, name).message),
  POLAR_RUN_UNBOUND_RECEIVER: ({ name }: { name: string }, { span }) => [
    'RuntimeError::Unsupported',
    `Not supported: cannot call method on unbound variable ${receiverText(span, name)}`,
  ],
  POLAR_RUN_UNHANDLED_CONSTRAINT: ({ name, constraint }: { name: string; constraint: string }) => [
    'RuntimeError::UnhandledPartial',
    `Found an unhandled partial in the query result: ${name}

No argument of the query gives this variable of a rule a value. Give it one in
the rule, or make it a parameter.

The unhandled partial is for variable ${name}.
The expression is: ${constraint}
`,
  ],
  POLAR_RUN_DEPTH_LIMIT: ({ limit }: { limit: number }) => [
    'RuntimeError::StackOverflow',
    limit === maxGoals
      ? `Goal stack overflow! MAX_GOALS = ${maxGoals}`
      : `Goal stack overflow! A rule that calls itself read more than ${limit} attributes of unknown values, one after another. Write a condition that ends the recursion.`,
  ],
  POLAR_RUN_STEP_LIMIT: () => ['RuntimeError::StackOverflow', 'Goal stack overflow! MAX_GOALS = 10000'],
  POLAR_RUN_SIZE_LIMIT: () => ['RuntimeError::StackOverflow', 'Goal stack overflow! MAX_GOALS = 10000'],
  POLAR_RUN_TIMEOUT: ({ limitMs }: { limitMs: number }) => [
    'RuntimeError::QueryTimeout',
    `Query timeout: Query running for ${limitMs + 1}ms, which exceeds the timeout of ${limitMs}ms. To disable timeouts, set the POLAR_TIMEOUT_MS environment variable to 0.`,
  ],
  POLAR_RUN_REFUSED_MEMBER: ({ name, on }: { name: string; on: string }) =>
    application(
      `policies cannot access \`${name}\` of ${on}, because it leads to the internals of JavaScript; pass { unsafeHostAccess: true } to \`new Oso()\` to allow it`,
    ),
  POLAR_RUN_UNREGISTERED_METHOD: ({ name, on }: { name: string; on: string }) =>
    application(
      `policies cannot call \`${name}\` of ${on}, because its class is not registered; register the class, or pass { unsafeHostAccess: true } to \`new Oso()\``,
    ),
};

/** Returns the receiver of a method as the policy writes it. */
const receiverText = (span: Span | undefined, method: string): string =>
  (span === undefined ? '' : textOf(span)).split(`.${method}`, 1)[0]!;

function missingAttribute(name: string, receiver: unknown): Made {
  if (receiver instanceof Predicate)
    return [
      'RuntimeError::TypeError',
      `Type error: can only perform lookups on dicts and instances, this is ${callText(receiver, new Map())}`,
      'traced',
    ];
  const isObject = typeof receiver === 'object' || typeof receiver === 'function';
  return application(
    isObject
      ? new InvalidAttributeError(receiver, name).message
      : `Cannot use 'in' operator to search for '${name}' in ${String(receiver as string | number)}`,
  );
}

/** The limit of oso for pending goals. */
const maxGoals = 10_000;

const nilOf = (value: string): null | undefined => (value === 'undefined' ? undefined : null);

/** The facts about the query that failed. */
export interface FailedQuery {
  readonly types: HostTypes;
  /** Returns the text of the query, if it was a call with values of the application. */
  readonly shown?: (() => string) | undefined;
  /** The policy, if it failed to load. */
  readonly sources?: readonly NamedPolicy[];
}

/** Returns an error of the engine as oso throws it. Other errors are returned unchanged. */
export function toOsoError(error: unknown, query: FailedQuery): unknown {
  if (!isPolarError(error)) return error;
  if (isPolicyError(error)) return loadError(error, query.types, query.sources ?? []);
  switch (error.code) {
    case 'POLAR_RUN_HOST_ERROR':
      return hostError(error, query);
    case 'POLAR_UNDECIDED_CONDITION':
      return undecidedCondition(error, query);
    case 'POLAR_UNDECIDED_NOT_ITERABLE':
      return notIterable(error, query);
    case 'POLAR_UNDECIDED_MISSING_ATTRIBUTE':
    case 'POLAR_UNDECIDED_MISSING_METHOD':
      return typeof error.receiver === 'boolean' ? memberOfBoolean(error, query) : described(error, query);
    default:
      return described(error, query);
  }
}

function described(error: CoreError, query: FailedQuery): Error {
  const make = texts[error.code];
  if (make === undefined) return engineError('OperationalError::Unknown', error.message, error);
  const made = make(error.data as never, error);
  return made instanceof Error ? made : placed(error, query, made);
}

/** An error that code of the application threw: a `TypeError` of a member gets the trace, others are thrown unchanged. */
function hostError(error: CoreError, query: FailedQuery): unknown {
  const { cause, receiver } = error;
  if (isFromIsaCheck(cause)) return cause;
  const isOfApplication =
    receiver !== undefined &&
    (cause instanceof TypeError ||
      cause instanceof InvalidCallError ||
      cause instanceof InvalidAttributeError);
  return isOfApplication ? placed(error, query, application(cause.message)) : cause;
}

function undecidedCondition(error: CoreError, query: FailedQuery): Error {
  const { receiver, span, calls } = error;
  const value = { text: valueText(receiver, query.types), span: placeOfValue(error, query, (node) => node) };
  const text = `Type error: ${value.text} isn't something that is true or false so can't be a condition`;
  const trace = span && traceText(calls, span, query.shown?.(), value);
  return engineError('RuntimeError::TypeError', `${trace ?? ''}${withExcerpt(text, value.span)}`);
}

/** Only a value of the application is asked whether it can be iterated. */
function notIterable(error: CoreError, query: FailedQuery): Error {
  const { receiver } = error;
  if (typeof receiver !== 'number' && typeof receiver !== 'boolean')
    return new InvalidIteratorError(typeof receiver);
  const kind = Number.isInteger(receiver) ? 'Integer' : 'Float';
  const shown =
    typeof receiver === 'number' ? `Number(${kind}(${receiver}))` : `Boolean(${String(receiver)})`;
  const text = `Type error: can only use \`in\` on an iterable value, this is ${shown}`;
  return typeError(error, query, text, (node) => (node.kind === 'in' ? node.collection : node));
}

/** oso looks up nothing on a boolean. */
function memberOfBoolean(error: CoreError, query: FailedQuery): Error {
  const text = `Type error: can only perform lookups on dicts and instances, this is ${String(error.receiver)}`;
  return typeError(error, query, text, (node) =>
    node.kind === 'lookup' || node.kind === 'method-call' ? node.object : node,
  );
}

/** Makes an error about the value of a term of a condition, which names the place of the value. */
function typeError(
  error: CoreError,
  query: FailedQuery,
  text: string,
  termOf: (condition: Node) => Node,
): Error {
  const { span, calls } = error;
  const trace = span && traceText(calls, span, query.shown?.());
  return engineError(
    'RuntimeError::TypeError',
    `${trace ?? ''}${withExcerpt(text, placeOfValue(error, query, termOf))}`,
  );
}

/** Returns the place of the literal that is the value of a term. @param termOf returns the term in the condition that failed */
function placeOfValue(
  { span, calls, receiver }: CoreError,
  { shown }: FailedQuery,
  termOf: (condition: Node) => Node,
): Span | undefined {
  const body = span && bodyOf(calls[0]?.rule, span);
  const condition = body && nodeAt(body, span);
  return condition && literalPlace(termOf(condition), receiver, calls, shown !== undefined);
}

function placed(error: CoreError, { shown }: FailedQuery, [name, text, traced]: Made): Error {
  const { span, calls } = error;
  const message = withExcerpt(text, span);
  const isTraced = traced !== undefined && span !== undefined;
  return engineError(name, isTraced ? `${traceText(calls, span, shown?.())}${message}` : message);
}
