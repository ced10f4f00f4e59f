import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { sha256 } from '../source/content-tag.js';
import type { PolicySource, PublishedPolicy } from '../source/policy-source.js';

/** Options of `httpSource`. */
export interface HttpSourceOptions {
  /** Headers of each request, such as `Authorization`, or a function that returns them. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** The time for a request. Default: 5,000. */
  readonly timeoutMs?: number;
  /** The most bytes of a policy. Default: 8,388,608. */
  readonly maxBytes?: number;
  /** Default: the `fetch` of the platform. */
  readonly fetch?: typeof fetch;
}

/**
 * A source on a web server or in an object store: a bundle, or the text of a policy. It is read every `pollMs`, with `If-None-Match`, so that an
 * unchanged policy is not sent again.
 *
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION`
 * @example
 * await followPolicies(authorizer, httpSource('https://policies.example.com/shop.bundle'), { keys: publicKey });
 */
export function httpSource(url: string, options: HttpSourceOptions = {}): PolicySource {
  const name = nameOf(url);
  checkNumber('timeoutMs', options.timeoutMs);
  checkNumber('maxBytes', options.maxBytes);
  /** The last content, whose `ETag` the server knows. */
  let last: { readonly tag: string; readonly etag: string | undefined } | undefined;
  return {
    name,
    read: async (knownTag) => {
      const etag = last !== undefined && last.tag === knownTag ? last.etag : undefined;
      const response = await request(url, options, etag);
      if (response.status === 304 && etag !== undefined) return 'unchanged';
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel();
        return undefined;
      }
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`the server answered with the status ${response.status}`);
      }
      const content = await readText(response, options.maxBytes ?? 8 * 1024 * 1024);
      // The content decides whether it is another policy, because servers create the ETag in different ways.
      const tag = sha256(content);
      last = { tag, etag: response.headers.get('ETag') ?? undefined };
      return tag === knownTag ? 'unchanged' : ({ content, tag } satisfies PublishedPolicy);
    },
  };
}

async function request(
  url: string,
  { headers, timeoutMs = 5_000, fetch: send = fetch }: HttpSourceOptions,
  etag: string | undefined,
): Promise<Response> {
  const own = typeof headers === 'function' ? await headers() : headers;
  return send(url, {
    headers: { ...own, ...(etag !== undefined && { 'If-None-Match': etag }) },
    signal: AbortSignal.timeout(timeoutMs),
  });
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // The loop cancels the response.
    if (size > maxBytes) throw new Error(`the policy is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

/** Returns the address for messages, without the query, which can contain a signature. */
function nameOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw invalid('url', `must be an address such as https://policies.example.com/shop.bundle, found ${url}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw invalid('url', 'must not contain a password; use `headers`');
  return parsed.origin + parsed.pathname;
}

function checkNumber(option: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
    throw invalid(option, `must be a positive whole number, found ${String(value)}`);
}

const invalid = (option: string, reason: string): NanookPoliciesError =>
  new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', { option, reason });
