import type { Span } from '../../diagnostics/span.js';
import { callMethod } from '../../host/call-method.js';
import { MissingValue } from '../../host/missing-value.js';
import { canReadInline, isBuiltInClass } from './inline-access.js';
import type { RunningQuery } from './operations.js';
import { acceptDeclared } from '../../host/declared-value.js';
import { later } from '../../host/later.js';
import { forApplication, raw } from '../../host/reference.js';
import { isThenable } from '../../host/value.js';
import { fieldOfResult, receiverOf } from '../list-methods.js';
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
  let found: unknown;
  try {
    found = query.call(base, name, args, () =>
      callMethod(receiverOf(reference), name, args, types, members, query),
    );
  } catch (error) {
    if (!(error instanceof MissingValue)) throw error;
    found = error;
  }
  if (found instanceof MissingValue) {
    query.noValue(found, at);
    return noValue;
  }
  if (typeof base === 'object' && base !== null && !Array.isArray(base)) {
    if (members.isConstant(base)) site.receiver = base;
    else if (types.chain.length > 0 && canReadInline(base, name) && !Object.hasOwn(base, name))
      site.prototype = Object.getPrototypeOf(base) as object;
    // Built-in methods are not called inline, because the size of their results is limited.
  } else if (typeof base === 'function' && !isBuiltInClass(query.context.types, base)) site.receiver = base;
  const field = fieldOfResult(reference, name, given, found, query.typeSets);
  if (field === undefined) return found;
  if (field instanceof MissingValue) {
    query.noValue(field, at);
    return noValue;
  }
  if (!isThenable(found)) return query.acceptElement(found, field, at);
  return later(found, (settled) => orThrow(acceptDeclared(settled, field, query.typeSets), at));
}
