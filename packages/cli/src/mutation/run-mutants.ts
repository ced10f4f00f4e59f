import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { MutantEvaluator } from './evaluate-mutants.js';
import type { Mutant } from './mutant.js';
import type { MutantResult, StoredResult } from './mutant-result.js';
import type { WorkerInput, WorkerTask } from './worker.js';

export interface RunOptions {
  /** The number of mutants that are tested at the same time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** The tests that pass with a mutant, as an earlier run has found. */
  readonly passed: (mutant: Mutant) => ReadonlySet<number>;
  /** The configuration and the policies that a worker opens. */
  readonly input: WorkerInput;
  readonly onResult: (result: MutantResult) => void;
}

/** The built package has the worker next to the command. The sources, which only tests run, do without. */
const workerFile = new URL('./mutation-worker.mjs', import.meta.url);

/** A worker reads the project again, which is slower than to test a few mutants. */
const fewMutants = 16;

/** Tests mutants, in worker threads if there are many. It ends early when the signal is aborted. */
export async function runMutants(
  mutants: readonly Mutant[],
  evaluator: MutantEvaluator,
  options: RunOptions,
): Promise<void> {
  const queue = [...mutants];
  // Also one worker is worth it: a search blocks its thread, and the main thread must receive signals and the time limit.
  const usesWorkers = mutants.length > fewMutants && existsSync(fileURLToPath(workerFile));
  if (!usesWorkers) {
    for (const mutant of queue) {
      // A signal of the process arrives between two turns of the event loop.
      await nextTurn();
      if (options.signal.aborted) return;
      options.onResult({ mutant, ...(await evaluator.evaluate(mutant, options.passed(mutant))) });
    }
    return;
  }
  const count = Math.min(options.concurrency, Math.ceil(mutants.length / fewMutants));
  await Promise.all(Array.from({ length: count }, () => runWorker(queue, options)));
}

/** Gives mutants of the queue to one worker, one at a time. */
function runWorker(queue: Mutant[], { input, passed, onResult, signal }: RunOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile, { workerData: input });
    let current: Mutant | undefined;
    const end = (): void => {
      signal.removeEventListener('abort', end);
      void worker.terminate();
      resolve();
    };
    const next = (): void => {
      current = queue.shift();
      if (current === undefined || signal.aborted) return end();
      worker.postMessage({ id: current.id, passed: [...passed(current)] } satisfies WorkerTask);
    };
    signal.addEventListener('abort', end);
    worker.on('message', (result: StoredResult) => {
      if (signal.aborted) return;
      if (current !== undefined) onResult({ mutant: current, ...result });
      next();
    });
    worker.on('error', (error) => {
      end();
      reject(error);
    });
    next();
  });
}
