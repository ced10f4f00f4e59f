import { RequestError } from '../messages/request-error.js';

/** The number of callers that are counted at once. The longest unused one is dropped. */
const maxCallers = 10_000;

/** Limits the requests of each caller: `perSecond` on average, and as many at once. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(readonly perSecond: number) {}

  /** Counts a request. @throws {RequestError} 429 with `Retry-After` when the caller has sent too many */
  count(caller: string, now = performance.now()): void {
    const bucket = this.#buckets.get(caller) ?? { tokens: this.perSecond, at: now };
    const tokens = Math.min(this.perSecond, bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond);
    const isAllowed = tokens >= 1;
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { tokens: isAllowed ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > maxCallers) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (isAllowed) return;
    const seconds = Math.max(1, Math.ceil((1 - tokens) / this.perSecond));
    throw new RequestError(429, 'too many requests', { 'Retry-After': String(seconds) });
  }
}
