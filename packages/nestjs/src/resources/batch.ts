import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { LoadsMany } from './resource-loader.decorator.js';

interface Waiting {
  readonly promise: Promise<unknown>;
  readonly resolve: (resource: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Collects the ids that are asked for in one tick, each once, and loads them together. It remembers nothing after that. */
export class Batch {
  #waiting = new Map<unknown, Waiting>();

  constructor(
    private readonly loader: string,
    private readonly loadMany: LoadsMany<unknown, unknown>['loadMany'],
  ) {}

  load(id: unknown): Promise<unknown> {
    const known = this.#waiting.get(id);
    if (known !== undefined) return known.promise;
    // After the promises that are settled already have gone on: they may ask for more.
    if (this.#waiting.size === 0)
      void Promise.resolve().then(() => process.nextTick(() => void this.#dispatch()));
    let settle!: Pick<Waiting, 'resolve' | 'reject'>;
    const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
    this.#waiting.set(id, { promise, ...settle });
    return promise;
  }

  async #dispatch(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Map();
    const waiting = [...batch.values()];
    try {
      const resources: unknown = await this.loadMany([...batch.keys()]);
      if (!Array.isArray(resources) || resources.length !== waiting.length)
        throw new NanookNestError('NANOOK_NEST_INVALID_LOADER', {
          loader: this.loader,
          reason: `was asked for ${waiting.length} by loadMany, and gave ${
            Array.isArray(resources) ? resources.length : 'no list'
          }; give one for each id, in their order, or undefined`,
        });
      // One that failed is an Error in its place; it fails for whoever asked for it.
      waiting.forEach(({ resolve, reject }, i) => {
        if (resources[i] instanceof Error) reject(resources[i]);
        else resolve(resources[i]);
      });
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
