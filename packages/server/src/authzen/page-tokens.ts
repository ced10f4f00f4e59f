import { badRequest } from '../messages/request-error.js';
import { isJsonObject, type JsonObject } from '../messages/read-body.js';
import { own } from '../messages/access-request.js';

/** The place at which the next page starts: the number of a candidate, or the cursor of a list. */
export type Position = number | string;

/** The content of a token. */
export interface PagePlace {
  readonly position: Position;
  /** The limit of the first page, because later requests have only the token. */
  readonly limit: number;
}

const algorithm = { name: 'HMAC', hash: 'SHA-256' } as const;

/**
 * The tokens of pages. A token is signed and contains a digest of its request, so that the server stores nothing, and no token is valid
 * for another request or another caller.
 */
export class PageTokens {
  readonly #key: ReturnType<typeof crypto.subtle.importKey>;

  /** @param secret the key of the signatures; all processes of a server need the same one */
  constructor(secret: string | undefined) {
    const bytes =
      secret === undefined ? crypto.getRandomValues(new Uint8Array(32)) : new TextEncoder().encode(secret);
    this.#key = crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
  }

  /** Creates the token of the next page. */
  async create({ position, limit }: PagePlace, request: JsonObject): Promise<string> {
    const content = encode(new TextEncoder().encode(JSON.stringify([position, limit])));
    const signature = await crypto.subtle.sign('HMAC', await this.#key, signedBytes(content, request));
    return `${content}.${encode(new Uint8Array(signature))}`;
  }

  /** Reads a token. @throws {RequestError} 400 for a token that this server did not create for the request */
  async read(token: string, request: JsonObject): Promise<PagePlace> {
    const [content = '', signature = '', ...rest] = token.split('.');
    const bytes = decode(signature);
    const isValid =
      bytes !== undefined &&
      rest.length === 0 &&
      encode(bytes) === signature &&
      (await crypto.subtle.verify('HMAC', await this.#key, bytes, signedBytes(content, request)));
    if (!isValid) throw badRequest('`page.token` is not a token of this request');
    const [position, limit] = JSON.parse(new TextDecoder().decode(decode(content))) as [Position, number];
    return { position, limit };
  }
}

/** Returns the bytes that a token signs: its content, and the request with its keys in one order. */
const signedBytes = (content: string, request: JsonObject): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify([content, sorted(request)]));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return ['list', ...value.map(sorted)];
  if (!isJsonObject(value)) return value;
  // Pairs, because a key `__proto__` would change the prototype. A list begins with its kind, so that it never equals an object.
  return [
    'object',
    ...Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(own(value, key))]),
  ];
}

const encode = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
  } catch {
    return undefined;
  }
}
