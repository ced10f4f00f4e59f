import { AuthorizationConfigError } from './authorization-config-error.js';
import { locationOf } from '../locations/source-location.js';

/**
 * Throws when a hook can never return a value, because `return` was forgotten. Found by the text of the function, so it is said when
 * the application starts, and not as a refusal of each request.
 *
 * @param wanted the hook, for the message
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_RETURN`
 */
export function checkReturns(wanted: string, hook: unknown): void {
  if (neverReturns(hook))
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_RETURN', { wanted, at: locationOf(hook as object) });
}

/** Whether this is a function with a body in braces that does something, and neither returns, throws, nor yields. */
export function neverReturns(hook: unknown): boolean {
  if (typeof hook !== 'function') return false;
  const text = Function.prototype.toString.call(hook);
  const head = blockBody.exec(text)?.[0];
  if (head === undefined) return false;
  const body = text.slice(head.length, -1).replaceAll(coverageCounter, '');
  // An empty body finds nothing on purpose, as in a test.
  return /\S/.test(body.replaceAll(comment, '')) && !/\b(?:return|throw|yield)\b|\[native code\]/.test(body);
}

/** Up to the brace. Parameters with parentheses of their own are not recognized, so nothing is said about their functions. */
const blockBody =
  /^(?:async\s+)?(?:(?:function\b\s*\*?\s*[\w$]*|(?!function\b|class\b)[\w$]+)\s*\([^()]*\)\s*|(?:\([^()]*\)|[\w$]+)\s*=>\s*)\{/;

const comment = /\/\*[^]*?\*\/|\/\/.*/g;

/** Counters that Istanbul writes into functions. */
const coverageCounter = /\bcov_\w+\(\)\.[fsb]\[\d+\](?:\[\d+\])?\+\+[;,]?/g;
