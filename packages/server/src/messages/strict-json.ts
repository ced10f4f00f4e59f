import { badRequest } from './request-error.js';

/** The nesting of lists and objects at which a text is refused, so that no later recursion exceeds the stack. */
export const maxDepth = 64;

/**
 * Reads a JSON text as I-JSON (RFC 7493) demands: the keys of an object are unique, and its texts are Unicode. With two equal keys, a proxy
 * and this server could read different values.
 *
 * @throws {RequestError} 400
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('the body is not JSON');
  }
  checkTexts(text);
  return value;
}

/** Checks the keys and texts of a text that is valid JSON. @throws {RequestError} 400 */
export function checkTexts(json: string, depth = maxDepth): void {
  /** The keys of each open object; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (const [token, isKey] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') {
      if (open.push(token === '{' ? new Set() : undefined) > depth)
        throw badRequest(`the body is nested more than ${depth} levels deep`);
    } else if (token === '}' || token === ']') open.pop();
    else if (isKey !== undefined || token.includes('\\u')) {
      const content = textOf(isKey === undefined ? token : token.slice(0, -isKey.length));
      if (isKey !== undefined) addKey(open.at(-1), content);
    }
  }
}

function textOf(token: string): string {
  const content = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  if (/\p{Surrogate}/u.test(content)) throw badRequest('the body contains half a surrogate pair');
  return content;
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (keys === undefined) return;
  if (keys.has(key)) throw badRequest(`the body contains the key ${JSON.stringify(key.slice(0, 64))} twice`);
  keys.add(key);
}
