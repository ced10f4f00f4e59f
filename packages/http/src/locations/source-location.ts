import type { InspectorNotification, Runtime, Session } from 'node:inspector';
import { builtin, pathOf } from '../platform/builtin.js';

const known = new WeakMap<object, string | undefined>();

/**
 * Returns the location at which a function or a class is defined, `file:line`, for messages to developers. V8's inspector finds it. Each
 * result is cached. It is `undefined` where there is no inspector.
 *
 * @internal for adapters
 */
export function locationOf(value: object): string | undefined {
  if (!known.has(value)) known.set(value, findLocation(value));
  return known.get(value);
}

/** The URLs of the scripts by their id. V8 gives each id once. */
const urls = new Map<string, string>();

let open: Session | undefined;

/** Opens a session for this turn of the event loop, because a listing may locate hundreds of handlers. */
function openSession(): Session | undefined {
  if (open !== undefined) return open;
  const inspector = builtin('node:inspector');
  if (inspector === undefined) return undefined;
  const session = new inspector.Session();
  session.connect();
  open = session;
  queueMicrotask(() => {
    open = undefined;
    session.disconnect();
  });
  return open;
}

/**
 * Returns the URL of a script. Only the debugger names scripts. When it is enabled, it names all of them, which takes some milliseconds, so
 * that this happens only for a new script.
 */
function urlOf(session: Session, scriptId: string): string | undefined {
  if (urls.has(scriptId)) return urls.get(scriptId);
  const store = ({ params }: InspectorNotification<{ scriptId: string; url: string }>) =>
    void urls.set(params.scriptId, params.url);
  session.on('Debugger.scriptParsed', store);
  post(session, 'Debugger.enable');
  post(session, 'Debugger.disable');
  session.off('Debugger.scriptParsed', store);
  return urls.get(scriptId);
}

/** The global property through which the inspector receives the value. */
const located = Symbol.for('@nanook/http/located');

function findLocation(value: object): string | undefined {
  const holder = globalThis as { [located]?: object };
  try {
    const session = openSession();
    if (session === undefined) return undefined;
    holder[located] = value;
    const { result } = post(session, 'Runtime.evaluate', {
      expression: `globalThis[Symbol.for('${located.description}')]`,
    }) as Runtime.EvaluateReturnType;
    const { internalProperties = [] } = post(session, 'Runtime.getProperties', {
      objectId: result.objectId,
    }) as Runtime.GetPropertiesReturnType;
    const location = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
      | { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
      | undefined;
    const url = location && urlOf(session, location.scriptId);
    return url ? originalLocation(url, location.lineNumber, location.columnNumber) : undefined;
  } catch {
    return undefined; // a message without a location is better than a failure
  } finally {
    delete holder[located];
  }
}

/** Sends a command to the inspector. It calls back synchronously when it inspects its own process. */
function post(session: Session, method: string, params?: object): unknown {
  let answer: unknown;
  session.post(method, params, (_error: Error | null, result?: object) => (answer = result));
  return answer;
}

/** Maps a location through its source map, where Node was started with source maps. V8 counts lines from 0. */
function originalLocation(url: string, line: number, column: number): string {
  const entry = builtin('node:module')?.findSourceMap(url)?.findEntry(line, column);
  const isMapped = entry !== undefined && 'originalSource' in entry;
  const source = isMapped ? entry.originalSource : url;
  return `${pathOf(source)}:${(isMapped ? entry.originalLine : line) + 1}`;
}
