import { isThenable } from '../../internal/promise.js';
import type { Span } from '../../diagnostics/span.js';
import { callMethod } from '../../host/call-method.js';
import { MissingValue } from '../../host/missing-value.js';
import { canReadInline, isBuiltInClass } from './inline-access.js';
import type { RunningQuery } from './operations.js';
import { later } from '../../host/later.js';
import { forApplication, raw } from '../../host/reference.js';
import { callOfTypedList, isTypedList, openList } from '../list-methods.js';
import { orThrow } from './or-throw.js';
import { noValue } from './runtime.js';
import type { MethodSite } from './sites.js';

/** Calls a method of an application's object or of a built-in value. Returns `noValue` if it is undecided. */
export function runMethod(
  query: RunningQuery,
  reference: unknown,
  site: MethodSite,
  given: readonly unknown[],
  at: Span | undefined,
): unknown {
  const base = raw(reference);
  const args = given.map(forApplication);
  query.await(base);
  for (const arg of args) query.await(arg);
  const { name } = site;
  const { members } = query.context;
  const types = query.typeOf(reference);
  const isTyped = isTypedList(reference, name, given, openList);
  const call = (receiver: unknown, passed: readonly unknown[]): unknown =>
    callMethod(receiver, name, passed, isTyped ? query.typeOf(receiver) : types, members, query);
  let found: unknown;
  try {
    found = query.call(base, name, args, () =>
      isTyped ? callOfTypedList(reference, name, given, openList, query, call) : call(base, args),
    );
  } catch (error) {
    if (!(error instanceof MissingValue)) throw error;
    found = error;
  }
  if (found instanceof MissingValue) {
    query.noValue(found, at);
    return noValue;
  }
  if (isTyped)
    return Array.isArray(found) ? found.map((each) => settledLater(each, at)) : settledLater(found, at);
  if (typeof base === 'object' && base !== null && !Array.isArray(base)) {
    if (members.isConstant(base)) site.receiver = base;
    else if (types.chain.length > 0 && canReadInline(base, name) && !Object.hasOwn(base, name))
      site.prototype = Object.getPrototypeOf(base) as object;
    // Built-in methods are not called inline, because the size of their results is limited.
  } else if (typeof base === 'function' && !isBuiltInClass(query.context.types, base)) site.receiver = base;
  return found;
}

/** Returns a value, of which a promise is rejected if it is fulfilled with a contradiction. */
const settledLater = (value: unknown, at: Span | undefined): unknown =>
  isThenable(value) ? later(value, (settled) => orThrow(settled, at)) : value;
