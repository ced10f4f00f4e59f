import type { InspectorNotification, Runtime, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

const known = new WeakMap<object, string | undefined>();

/**
 * Where a function or a class was written, `file:line`, for messages to developers. Asks V8's inspector, which has to go through
 * all scripts: some milliseconds for all that is asked in one go, and each function is asked about once. `undefined` where there
 * is no inspector.
 */
export function locationOf(value: object): string | undefined {
  if (!known.has(value)) known.set(value, findLocation(value));
  return known.get(value);
}

/** An inspector that is looking, and the scripts by their id. */
interface Inspection {
  readonly session: Session;
  readonly urls: ReadonlyMap<string, string>;
}

let open: Inspection | undefined;

/** One for all that is asked without a pause: hundreds of routes are listed in one go. */
function inspection(): Inspection | undefined {
  if (open !== undefined) return open;
  const inspector = process.getBuiltinModule?.('node:inspector');
  if (inspector === undefined) return undefined;
  const session = new inspector.Session();
  session.connect();
  const urls = new Map<string, string>();
  session.on(
    'Debugger.scriptParsed',
    ({ params }: InspectorNotification<{ scriptId: string; url: string }>) =>
      urls.set(params.scriptId, params.url),
  );
  post(session, 'Debugger.enable');
  open = { session, urls };
  queueMicrotask(() => {
    open = undefined;
    session.disconnect();
  });
  return open;
}

const handover = Symbol.for('@nanook/http/located');

function findLocation(value: object): string | undefined {
  const place = globalThis as { [handover]?: object };
  try {
    const found = inspection();
    if (found === undefined) return undefined;
    const { session, urls } = found;
    place[handover] = value;
    const { result } = post(session, 'Runtime.evaluate', {
      expression: `globalThis[Symbol.for('${handover.description}')]`,
    }) as Runtime.EvaluateReturnType;
    const { internalProperties = [] } = post(session, 'Runtime.getProperties', {
      objectId: result.objectId,
    }) as Runtime.GetPropertiesReturnType;
    const location = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
      | { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
      | undefined;
    const url = location && urls.get(location.scriptId);
    return url ? original(url, location.lineNumber, location.columnNumber) : undefined;
  } catch {
    return undefined; // it only would have been nice to know
  } finally {
    delete place[handover];
  }
}

/** The inspector calls back at once when it looks into its own process. */
function post(session: Session, method: string, params?: object): unknown {
  let answer: unknown;
  session.post(method, params, (_error: Error | null, result?: object) => (answer = result));
  return answer;
}

/** Through the source map, where Node was told to read them. Lines of V8 count from 0. */
function original(url: string, line: number, column: number): string {
  const entry = process.getBuiltinModule('node:module').findSourceMap(url)?.findEntry(line, column);
  const isMapped = entry !== undefined && 'originalSource' in entry;
  const source = isMapped ? entry.originalSource : url;
  const file = source.startsWith('file:') ? fileURLToPath(source) : source;
  return `${file}:${(isMapped ? entry.originalLine : line) + 1}`;
}
