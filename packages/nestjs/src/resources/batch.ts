import { describeValue } from '@nanook/core/internal';
import { NanookNestError } from '../errors/nanook-nest-error.js';

interface Waiting {
  readonly promise: Promise<unknown>;
  readonly resolve: (resource: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Collects the ids that a request needs in one tick, each once, and loads them together. It keeps no resource after that. */
export class Batch {
  #waiting = new Map<unknown, Waiting>();

  constructor(
    private readonly loader: string,
    private readonly loadMany: (ids: readonly unknown[]) => unknown,
  ) {}

  load(id: unknown): Promise<unknown> {
    const known = this.#waiting.get(id);
    if (known !== undefined) return known.promise;
    // After the callbacks of promises that are already settled, because they may need more resources.
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
          reason: `must return a list of ${waiting.length} from loadMany, got ${
            Array.isArray(resources) ? `a list of ${resources.length}` : describeValue(resources)
          }; return one value for each id, in their order, or undefined`,
        });
      // An Error in the list is the failure of one resource.
      waiting.forEach(({ resolve, reject }, i) => {
        if (resources[i] instanceof Error) reject(resources[i]);
        else resolve(resources[i]);
      });
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
