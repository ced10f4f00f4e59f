import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { isOptionsHeader } from './options-header.js';

/** The names and values of the headers of a response at some moment. */
export type CopiedHeaders = readonly (readonly [name: string, value: OutgoingHttpHeader])[];

/** Removes all headers and trailers that a response to `OPTIONS` does not need, except those from before the handlers. */
export function keepOptionsHeaders(response: ServerResponse, before: CopiedHeaders): void {
  for (const name of response.getHeaderNames()) {
    if (isOptionsHeader(name)) continue;
    const header = before.find(([each]) => each === name);
    if (header === undefined) response.removeHeader(name);
    else response.setHeader(name, header[1]);
  }
  response.addTrailers({}); // removes those that were added
}

/** Returns the arguments of `writeHead` with only the headers that a response to `OPTIONS` needs, and the usual status message. */
export function optionsHead([status, ...args]: readonly unknown[]): unknown[] {
  const given = typeof args[0] === 'string' ? args[1] : args[0];
  return [status, Object.fromEntries(entriesOf(given).filter(([name]) => isOptionsHeader(name)))];
}

/** Returns the headers in the forms that Node accepts: an object, a list of pairs, or a list of names and values in turn. */
function entriesOf(headers: unknown): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {});
  if (Array.isArray(headers[0])) return headers as [string, unknown][];
  return headers.flatMap((name, i) => (i % 2 === 0 ? [[String(name), headers[i + 1]] as const] : []));
}
