import { compilePolicy } from '@nanook/core/compile';
import { Command, Option } from 'commander';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import { writeOutput } from '../output/write-output.js';
import { readProject } from '../project/read-project.js';
import { configOption, jsonOption, policyOption, type ProjectFlags } from './common-options.js';

interface CompileFlags extends ProjectFlags {
  readonly format?: 'esm' | 'cjs';
  readonly json?: boolean;
}

export function compileCommand(io: Io): Command {
  return new Command('compile')
    .summary('compile policies to a JavaScript module')
    .description(
      'Compiles policies to a JavaScript module for CompiledAuthorizer, which runs where eval is forbidden.',
    )
    .argument('<file>', 'the module to write; it is replaced if it exists')
    .addOption(configOption())
    .addOption(policyOption())
    .addOption(
      new Option(
        '--format <format>',
        'kind of the module; default: cjs for a file that ends in .cjs',
      ).choices(['esm', 'cjs']),
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook compile src/policy.js')
    .action(async (file: string, { config, policy, format, json }: CompileFlags) => {
      const project = await readProject({ config, paths: policy });
      if (!project.declaresTypes)
        throw new UsageError(
          'a compiled policy contains tests for the types of the application; declare `types` in the configuration: nanook init',
        );
      const form = format ?? (file.endsWith('.cjs') ? 'cjs' : 'esm');
      const { policies, dialect, types, constants, queries } = project.authorizerOptions(() => {});
      const text = await compilePolicy({
        policies,
        ...(dialect && { dialect }),
        ...(types && { types }),
        ...(constants && { constants }),
        ...(queries && { queries }),
        format: form,
        onProgress: progressOf(io),
      });
      await writeOutput(file, text);
      io.out(json === true ? JSON.stringify({ file, format: form }, undefined, 2) : `${file} is written`);
    });
}

const showEveryMs = 100;

/** Shows the number of compiled functions while a large policy is compiled. */
function progressOf({ progress }: Pick<Io, 'progress'>): (compiled: number, found: number) => void {
  let shownAt = performance.now();
  let isShown = false;
  return (compiled, found) => {
    const isLast = compiled === found;
    const now = performance.now();
    if (isLast ? !isShown : now - shownAt < showEveryMs) return;
    shownAt = now;
    isShown = !isLast;
    progress(isLast ? '' : `${compiled} of ${found} functions`);
  };
}
