import type { InspectorNotification, Runtime, Session as InspectorSession } from 'node:inspector';
import type { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const known = new WeakMap<object, string | undefined>();

/**
 * Where a function or a class was written, `file:line`, for messages to developers. Asks V8's inspector, which costs some
 * milliseconds; each function is asked about once. `undefined` where there is no inspector.
 */
export function locationOf(value: object): string | undefined {
  if (!known.has(value)) known.set(value, ask(value));
  return known.get(value);
}

const handover = Symbol.for('@nanook/http/located');

function ask(value: object): string | undefined {
  const inspector = process.getBuiltinModule?.('node:inspector');
  if (inspector === undefined) return undefined;
  const place = globalThis as { [handover]?: object };
  const session = new inspector.Session();
  try {
    session.connect();
    const urls = new Map<string, string>();
    session.on(
      'Debugger.scriptParsed',
      ({ params }: InspectorNotification<{ scriptId: string; url: string }>) =>
        urls.set(params.scriptId, params.url),
    );
    post(session, 'Debugger.enable');
    place[handover] = value;
    const found = post(session, 'Runtime.evaluate', {
      expression: `globalThis[Symbol.for('${handover.description}')]`,
    }) as Runtime.EvaluateReturnType;
    const { internalProperties = [] } = post(session, 'Runtime.getProperties', {
      objectId: found.result.objectId,
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
    session.disconnect();
  }
}

/** The inspector calls back at once when it looks into its own process. */
function post(session: InspectorSession, method: string, params?: object): unknown {
  let answer: unknown;
  session.post(method, params, (_error: Error | null, result?: object) => (answer = result));
  return answer;
}

/** Through the source map, where Node was told to read them. Lines of V8 count from 0. */
function original(url: string, line: number, column: number): string {
  const map = process.getBuiltinModule('node:module').findSourceMap(url) as SourceMap | undefined;
  const entry = map?.findEntry(line, column);
  const isMapped = entry !== undefined && 'originalSource' in entry;
  const source = isMapped ? entry.originalSource : url;
  const file = source.startsWith('file:') ? fileURLToPath(source) : source;
  return `${file}:${(isMapped ? entry.originalLine : line) + 1}`;
}
