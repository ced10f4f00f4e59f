import { parentPort, workerData } from 'node:worker_threads';
import { readProject, type ProjectOptions } from '../project/read-project.js';
import { MutantEvaluator } from './evaluate-mutants.js';
import { generateMutants } from './generate-mutants.js';

/** The project whose mutants a worker tests. */
export type WorkerInput = Required<ProjectOptions>;

/** A mutant to test. */
export interface WorkerTask {
  readonly id: string;
  /** The positions of the tests that pass with the mutant. */
  readonly passed: readonly number[];
}

/** Tests the mutants that the main thread sends. Each thread opens the project itself, because classes cannot be sent. */
if (parentPort !== null) {
  const port = parentPort;
  const opened = open(workerData as WorkerInput);
  port.on('message', ({ id, passed }: WorkerTask) => {
    void opened.then(async ({ evaluator, mutants }) =>
      port.postMessage(await evaluator.evaluate(mutants.get(id)!, new Set(passed))),
    );
  });
}

async function open(input: WorkerInput) {
  const project = await readProject(input);
  const mutants = generateMutants(project.policies, project.types);
  const evaluator = await MutantEvaluator.create(project);
  return { evaluator, mutants: new Map(mutants.map((mutant) => [mutant.id, mutant])) };
}
