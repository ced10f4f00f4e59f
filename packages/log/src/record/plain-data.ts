import type { JsonValue } from './decision-record.js';

/** The length of a text in UTF-8: an index of PostgreSQL has room for a type and an id of this length. */
const maxBytes = 1_000;
const maxItems = 32;
const maxDepth = 3;
/** The number of values in one identity, so that each sink can store a record: NATS accepts messages up to 1 MB. */
const maxValues = 200;
/** The length of all texts of one identity. JSON needs up to six bytes for a character. */
const maxTexts = 50_000;

// NUL and lone surrogates: PostgreSQL stores neither.
const refused = /[\0\p{Surrogate}]/u;
const allRefused = new RegExp(refused, 'gu');

/** Returns a text that every sink can store: of limited length, and without characters that no encoding has. */
export function plainText(text: string): string {
  const short = shortened(text);
  return refused.test(short) ? short.replace(allRefused, '\ufffd') : short;
}

/** Returns a text or a number as a text; undefined for another value, which is not an id. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return plainText(value);
  return typeof value === 'number' || typeof value === 'bigint' ? plainText(String(value)) : undefined;
}

function shortened(text: string): string {
  // A UTF-16 code unit has at most three bytes in UTF-8.
  if (text.length * 3 <= maxBytes) return text;
  const start = text.slice(0, maxBytes);
  if (start.length === text.length && Buffer.byteLength(text) <= maxBytes) return text;
  const { read } = encoder.encodeInto(start, bytes);
  return `${start.slice(0, read)}…`;
}

const encoder = new TextEncoder();
const bytes = new Uint8Array(maxBytes);

/** Copies a value as limited plain data, so that later changes of it do not change the record. Functions and symbols are left out. */
export const plainData = (value: unknown): JsonValue | undefined => new PlainCopy().of(value, 0);

class PlainCopy {
  #values = 0;
  #texts = 0;

  of(value: unknown, depth: number): JsonValue | undefined {
    if (++this.#values > maxValues) return '…';
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        return value;
      case 'bigint':
        return this.#text(String(value));
      case 'object':
        return value === null ? null : this.#object(value, depth);
      default:
        return undefined;
    }
  }

  #text(text: string): string {
    const plain = plainText(text);
    this.#texts += plain.length;
    return this.#texts > maxTexts ? '…' : plain;
  }

  #object(value: object, depth: number): JsonValue | undefined {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    const json = (value as { toJSON?: unknown }).toJSON;
    if (depth >= maxDepth) return '…';
    if (typeof json === 'function') return this.of(json.call(value), depth + 1);
    if (Array.isArray(value)) {
      const items = value.slice(0, maxItems).map((item) => this.of(item, depth + 1) ?? null);
      return value.length > maxItems ? [...items, '…'] : items;
    }
    const result: Record<string, JsonValue> = {};
    for (const [key, item] of Object.entries(value).slice(0, maxItems)) {
      if (this.#values > maxValues) break;
      const data = this.of(item, depth + 1);
      if (data !== undefined && key !== '__proto__') result[this.#text(key)] = data;
    }
    return result;
  }
}
