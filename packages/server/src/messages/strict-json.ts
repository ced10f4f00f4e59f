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
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{' || character === '[') {
      if (open.push(character === '{' ? new Set() : undefined) > depth)
        throw badRequest(`the body is nested more than ${depth} levels deep`);
    } else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfText(json, at);
      const content = textOf(json.slice(at, end));
      if (isBeforeColon(json, end)) addKey(open.at(-1), content);
      at = end - 1;
    }
  }
}

/** Returns the place after the quote that ends a text. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

const whitespace = new Set<string | undefined>([' ', '\t', '\n', '\r']);

function isBeforeColon(json: string, start: number): boolean {
  let at = start;
  while (whitespace.has(json[at])) at++;
  return json[at] === ':';
}

/** Returns the content of a text with its quotes. Only an escape can be half a surrogate pair, because the body is UTF-8. */
function textOf(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  const content = JSON.parse(token) as string;
  if (/\p{Surrogate}/u.test(content)) throw badRequest('the body contains half a surrogate pair');
  return content;
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (keys === undefined) return;
  if (keys.has(key)) throw badRequest(`the body contains the key ${JSON.stringify(key.slice(0, 64))} twice`);
  keys.add(key);
}
