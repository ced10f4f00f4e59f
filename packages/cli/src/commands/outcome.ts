import type { ExitCode } from '../output/exit-code.js';

/** The exit code of the command that runs. */
export interface Outcome {
  code: ExitCode;
}
