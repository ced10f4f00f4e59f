import { isThenable } from '../../internal/promise.js';
import type { Span } from '../../diagnostics/span.js';
import { isReachable, MissingValue, readAttribute } from '../../host/member.js';
import { raw } from '../../host/reference.js';
import { gettersOf, runsGetter } from './getters.js';
import { canReadInline, isOrdinary, prototypeOf } from './inline-access.js';
import type { ReadingQuery } from './operations.js';
import { noValue } from './runtime.js';
import type { ReadSite } from './sites.js';

type Keyed = Readonly<Record<string, unknown>>;

// Checked for members that prototype pollution has added.
const rootPrototype: object = Object.prototype;

/**
 * Reads an attribute that cannot be read inline, and learns whether the attribute of similar objects can. Returns `noValue` if it is undecided.
 *
 * @param seen the value that an inline read returned, so that a getter does not run twice
 */
export function readValue(
  query: ReadingQuery,
  reference: unknown,
  site: ReadSite,
  seen: unknown,
  at: Span | undefined,
): unknown {
  const { name } = site;
  const base = raw(reference);
  if (typeof base === 'object' && base !== null && hasSeen(site, prototypeOf(base)) && !isThenable(base)) {
    const value = seen === undefined ? (base as Keyed)[name] : seen;
    if (site.runsCode) {
      query.called(value);
      noteLoaded(query, base, name, value);
    }
    if (value !== undefined && (rootPrototype as Keyed)[name] === undefined) return value;
  }
  query.await(base);
  const types = query.typeOf(reference);
  const { context } = query;
  const found =
    seen !== undefined && isOrdinary(base, name) && isReachable(base, name)
      ? seen
      : readAttribute(base, name, types, context.members, query);
  if (found === undefined) query.foreign();
  if (site.runsCode || runsGetter(base, name)) {
    site.runsCode = true;
    query.called(found);
  }
  if (found instanceof MissingValue) {
    if (site.inPattern && !found.isFault && !found.isPlainFailure) query.mismatch(name, base, at);
    else query.noValue(found, at);
    return noValue;
  }
  if (site.runsCode || isThenable(found)) noteLoaded(query, base, name, found);
  if (isThenable(found)) {
    if (query.mayWait) return found;
    query.await(found);
  }
  if (canReadInline(base, name)) {
    const prototype = prototypeOf(base as object);
    if (prototype === null) site.seesBare = true;
    else site.seen.add(prototype);
    // Getters are not read inline, because their time is limited.
    const mayRunCode =
      prototype !== null && !query.registered.has(prototype) && gettersOf(prototype).length > 0;
    if (site.runsCode || mayRunCode) return found;
    site.prototype = prototype;
    site.learn?.(prototype);
  }
  return found;
}

const hasSeen = ({ seen, seesBare }: ReadSite, prototype: object | null): boolean =>
  prototype === null ? seesBare : seen.has(prototype);

/** Adds a promise or a list to the log, so that another engine does not run the getter a second time. */
function noteLoaded(query: ReadingQuery, base: unknown, name: string, found: unknown): void {
  if (Array.isArray(found) || isThenable(found)) query.log.note(base, `.${name}`, found);
}
