import { isPolarError, QueryVariable, type Bindings, type QueryOptions } from '@nanook/core';
import type { SyncAuthorizer } from '@nanook/core/compat';
import { Expression } from '../expression.js';
import { Predicate } from '../predicate.js';
import type { HostTypes, QueryOpts, QueryResult } from '../types.js';
import { Variable } from '../variable.js';
import { toOsoError } from './engine-error.js';
import { callText } from './value-text.js';
import { QueryText } from './query-text.js';
import { simplified } from './simplified.js';
import { refuseUnknownTypes } from './unknown-types.js';
import { fromJs, isOpen, toJs } from './values.js';

type Answers = AsyncGenerator<Bindings, void, undefined>;

/** Starts a query. @throws an error about the text of the query at once */
export function startQuery(
  authorizer: SyncAuthorizer,
  query: Predicate | string,
  types: HostTypes,
  { acceptExpression = false, bindings = new Map<string, unknown>() }: QueryOpts = {},
): QueryResult {
  const hasConstraints = [...bindings.values()].some(isOpen);
  if (typeof query === 'string' && !hasConstraints)
    return results(answersOf(authorizer, query, { acceptExpression, bindings: plain(bindings) }, types), {
      acceptExpression,
      types,
    });
  if (query instanceof Predicate && !hasConstraints && !query.args.some(isNested)) {
    const options: QueryOptions = { acceptExpression, bindings: plain(bindings) };
    const shown = (): string => callText(query, types);
    return results(() => authorizer.policy.queryRule(query.name, query.args.map(fromJs), options), {
      acceptExpression,
      types,
      shown,
    });
  }
  const shown = typeof query === 'string' ? undefined : () => callText(query, types);
  const text = new QueryText((name) => authorizer.hasConstant(name));
  const constraints: string[] = [];
  const given = new Map<string, unknown>();
  for (const [name, value] of bindings) {
    if (value instanceof Expression) constraints.push(text.condition(value, name));
    else given.set(text.variable(name), fromJs(value));
  }
  const goal = typeof query === 'string' ? query : text.call(query);
  const all = [...constraints, goal].join(' and ');
  const options = { acceptExpression, bindings: new Map([...given, ...text.given]) };
  const nameOf = (name: string): string => text.originalName(name);
  return results(answersOf(authorizer, all, options, types), { acceptExpression, types, nameOf, shown });
}

/** Returns whether an argument contains a variable, and is not one. */
const isNested = (arg: unknown): boolean => !(arg instanceof Variable) && isOpen(arg);

const plain = (bindings: ReadonlyMap<string, unknown>): Map<string, unknown> =>
  new Map([...bindings].map(([name, value]) => [name, fromJs(value)]));

/** Starts the query of a text. Bindings of variables that it does not mention are ignored. */
function answersOf(
  authorizer: SyncAuthorizer,
  text: string,
  options: QueryOptions,
  types: HostTypes,
): () => Answers {
  const bindings = new Map(options.bindings as ReadonlyMap<string, unknown>);
  for (;;) {
    try {
      const answers = authorizer.policy.query(text, { ...options, bindings });
      return () => answers;
    } catch (error) {
      if (!isPolarError(error) || error.code !== 'POLAR_RUN_NO_SUCH_BINDING')
        throw toOsoError(error, { types });
      bindings.delete((error.data as { name: string }).name);
    }
  }
}

/** Returns an answer in which each of several equal variables has the next one as its value, as in oso. */
function nextOfEqual(answer: Bindings): Bindings {
  const equal = new Map<string, string[]>();
  for (const [name, value] of answer)
    if (value instanceof QueryVariable) equal.set(value.name, [...(equal.get(value.name) ?? []), name]);
  const found = new Map(answer);
  for (const names of equal.values())
    if (names.length > 1)
      for (const [i, name] of names.entries())
        found.set(name, new QueryVariable(names[(i + 1) % names.length]!));
  return found;
}

interface ResultOptions {
  readonly acceptExpression: boolean;
  readonly types: HostTypes;
  /** Returns the name of a variable in the result. */
  readonly nameOf?: (name: string) => string;
  /** Returns the text of the query for messages, if it was a call with values of the application. */
  readonly shown?: (() => string) | undefined;
}

async function* results(
  start: () => Answers,
  { acceptExpression, types, nameOf = (name) => name, shown }: ResultOptions,
): QueryResult {
  try {
    for await (const answer of start()) {
      const found = new Map<string, unknown>();
      const outputs = new Set(answer.keys());
      for (const [name, value] of nextOfEqual(answer)) {
        let converted = await toJs(value, acceptExpression);
        if (converted instanceof Expression) {
          refuseUnknownTypes(converted, types);
          converted = simplified(converted, outputs);
        }
        found.set(nameOf(name), converted);
      }
      yield found;
    }
  } catch (error) {
    throw toOsoError(error, { types, shown });
  }
}
