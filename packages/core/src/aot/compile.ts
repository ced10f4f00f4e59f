import { compileWith, type CompileOptions } from './compile-policy.js';
import { textReader } from '../policy/policy-source.js';

export type { CompileOptions } from './compile-policy.js';

/**
 * As `compilePolicy` of the entry for Node; policies are texts.
 *
 * @throws {PolicyError} with every error of every policy; `POLAR_LOAD_NOT_COMPILED` for what only the full engine can run
 */
export const compilePolicy = (options: CompileOptions): Promise<string> => compileWith(textReader, options);
