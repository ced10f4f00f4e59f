import { AuthorizationConfigError } from './authorization-config-error.js';
import { locationOf } from '../locations/source-location.js';

/**
 * Throws when a hook can never return a value, because its `return` was forgotten. It reads the source text of the function, so that the
 * application fails when it starts, instead of refusing each request.
 *
 * @param callback the hook, for the message
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RETURN`
 * @internal for adapters
 */
export function checkReturns(callback: string, hook: unknown): void {
  if (neverReturns(hook))
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_RETURN', { callback, at: locationOf(hook as object) });
}

/**
 * Returns whether a function has a body in braces that contains statements, but no `return`, `throw` or `yield`.
 *
 * @internal for adapters
 */
export function neverReturns(hook: unknown): boolean {
  if (typeof hook !== 'function') return false;
  const text = Function.prototype.toString.call(hook);
  const head = blockBody.exec(text)?.[0];
  if (head === undefined) return false;
  const body = text.slice(head.length, -1).replaceAll(coverageCounter, '');
  // An empty body returns nothing on purpose, as in a test.
  return /\S/.test(body.replaceAll(comment, '')) && !/\b(?:return|throw|yield)\b|\[native code\]/.test(body);
}

/** The text of a function up to its opening brace. It does not match parameters that contain parentheses, so such functions pass. */
const blockBody =
  /^(?:async\s+)?(?:(?:function\b\s*\*?\s*[\w$]*|(?!function\b|class\b)[\w$]+)\s*\([^()]*\)\s*|(?:\([^()]*\)|[\w$]+)\s*=>\s*)\{/;

const comment = /\/\*[^]*?\*\/|\/\/.*/g;

/** Counters that Istanbul inserts into functions. */
const coverageCounter = /\bcov_\w+\(\)\.[fsb]\[\d+\](?:\[\d+\])?\+\+[;,]?/g;
