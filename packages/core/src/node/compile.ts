import { compileWith, type CompileOptions } from '../aot/compile-policy.js';
import { fileReader } from './read-policies.js';

export type { CompileOptions } from '../aot/compile-policy.js';

/**
 * Compiles policies to the text of a JavaScript module, for `CompiledAuthorizer` of `@nanook/core/compiled`.
 *
 * @throws {PolicyError} with every error of every policy; `POLAR_LOAD_NOT_COMPILED` for policies that only the full engine can run
 * @throws {PolarError} `POLAR_TYPE_…` for a wrong option or type, `POLAR_LOAD_…` for a policy that cannot be read
 * @example
 * await writeFile('policy.js', await compilePolicy({ policies: 'policy/*.polar', types: { User, Document } }));
 */
export const compilePolicy = (options: CompileOptions): Promise<string> => compileWith(fileReader, options);
