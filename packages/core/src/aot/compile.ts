import { compileWith, type CompileOptions } from './compile-policy.js';
import { textReader } from '../policy/policy-source.js';

export type { CompileOptions } from './compile-policy.js';

/**
 * Compiles policies to the text of a JavaScript module, like `compilePolicy` of the entry for Node. Policies are texts, not files.
 *
 * @throws {PolicyError} with every error of every policy; `POLAR_LOAD_NOT_COMPILED` for a rule that only the full engine can run
 */
export const compilePolicy = (options: CompileOptions): Promise<string> => compileWith(textReader, options);
