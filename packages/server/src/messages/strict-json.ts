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

// Characters as UTF-16 units. A comparison of texts with one character takes several times as long.
const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;
const listStart = 0x5b;
const listEnd = 0x5d;
const objectStart = 0x7b;
const objectEnd = 0x7d;

/** Checks the keys and texts of a text that is valid JSON. @throws {RequestError} 400 */
export function checkTexts(json: string, depth = maxDepth): void {
  /** The keys of each open object; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === objectStart || unit === listStart) {
      if (open.push(unit === objectStart ? new Set() : undefined) > depth)
        throw badRequest(`the body is nested more than ${depth} levels deep`);
    } else if (unit === objectEnd || unit === listEnd) open.pop();
    else if (unit === quote) {
      const start = at;
      let hasEscapes = false;
      for (at++; json.charCodeAt(at) !== quote; at++)
        if (json.charCodeAt(at) === backslash) {
          hasEscapes = true;
          at++;
        }
      const content = hasEscapes ? unescaped(json.slice(start, at + 1)) : undefined;
      if (isBeforeColon(json, at + 1)) addKey(open.at(-1), content ?? json.slice(start + 1, at));
    }
  }
}

/** Returns whether a colon follows, perhaps after whitespace. Outside texts, no other character of JSON is below the quote. */
function isBeforeColon(json: string, start: number): boolean {
  let at = start;
  while (json.charCodeAt(at) < quote) at++;
  return json.charCodeAt(at) === colon;
}

/** Returns the content of a text with its quotes. Only an escape can be half a surrogate pair, because the body is UTF-8. */
function unescaped(token: string): string {
  const content = JSON.parse(token) as string;
  if (/\p{Surrogate}/u.test(content)) throw badRequest('the body contains half a surrogate pair');
  return content;
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (keys === undefined) return;
  if (keys.has(key)) throw badRequest(`the body contains the key ${JSON.stringify(key.slice(0, 64))} twice`);
  keys.add(key);
}
