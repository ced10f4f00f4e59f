import { findDialect } from '../dialect/dialect.js';
import { addMessages } from '../diagnostics/messages.js';
import { PolicyError } from '../diagnostics/policy-error.js';
import { Report } from '../diagnostics/report.js';
import { printModule } from '../engine/backends/module/print-module.js';
import { loadPolicy } from '../authorization/loaded-policy.js';
import { validateOptions } from '../authorization/validate-load-options.js';
import { limitsOf } from '../authorization/limits-of.js';
import { constantsOf, type AuthorizerOptions } from '../authorization/options.js';
import { listOf, type PolicyReader } from '../policy/policy-source.js';
import { TypeTable } from '../types/type-table.js';

/** Options for the compilation of a policy. Types and constants must be the same when it runs; the values of objects may differ. */
export interface CompileOptions extends Pick<
  AuthorizerOptions,
  'policies' | 'dialect' | 'types' | 'constants' | 'queries' | 'equality' | 'onWarning'
> {
  /** The format of the file: an ES module (default) or CommonJS. */
  readonly format?: 'esm' | 'cjs';
  /**
   * Called after each compiled function. It must not throw.
   *
   * @param compiled number of functions that are compiled
   * @param found number of functions that were found so far: a function can lead to more of them
   */
  readonly onProgress?: (compiled: number, found: number) => void;
}

/**
 * Compiles policies to the text of a JavaScript module, for `CompiledAuthorizer`.
 *
 * @param reader reads the policies
 * @param given the options of the caller
 * @throws {PolicyError} with every error of every policy; `POLAR_LOAD_NOT_COMPILED` for a rule that only the machine can run
 * @throws {PolarError} `POLAR_TYPE_…` for a wrong option or type, `POLAR_LOAD_…` for a policy that cannot be read
 */
export async function compileWith(reader: PolicyReader, given: CompileOptions): Promise<string> {
  addMessages();
  validateOptions(given, 'compilePolicy');
  const { format = 'esm', onProgress, ...options } = given;
  const types = new TypeTable(
    options.types,
    constantsOf(options, () => new Date()),
    findDialect(options),
  );
  const { context } = await loadPolicy(listOf(options.policies), {
    options: { ...options, engine: 'machine', denialWarnings: false },
    types,
    limits: limitsOf(undefined),
    reader,
  });
  const report = new Report();
  const { data, parts, make } = printModule(context, report, onProgress);
  if (report.hasErrors) throw new PolicyError(report.diagnostics);
  const head = '// Compiled by Nanook. Compile the policy again instead of editing this.\n// @ts-nocheck\n';
  if (format === 'cjs') return `${head}module.exports = {\n${data},\n${make}\n};\n`;
  if (parts.length === 0) return `${head}export default {\n${data},\n${make}\n};\n`;
  const imported = `{ ${['noValue', ...parts].join(', ')} }`;
  return (
    `${head}import ${imported} from '@nanook/core/compiled/parts';\n` +
    `export default {\n${data},\n  imported: ${imported},\n${make}\n};\n`
  );
}
