import { writeFile } from 'node:fs/promises';
import { renderDiagnostic } from '@nanook/core';
import { formatPolicy } from '@nanook/core/syntax';
import { Command } from 'commander';
import { UsageError } from '../errors/usage-error.js';
import { count } from '../output/count.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { readStandardInput } from '../output/standard-input.js';
import { isFile } from '../project/is-file.js';
import { readProject } from '../project/read-project.js';
import { configOption, jsonOption, positiveInteger } from './common-options.js';
import type { Outcome } from './outcome.js';

interface FmtFlags {
  readonly config?: string;
  readonly check?: boolean;
  readonly stdin?: boolean;
  readonly json?: boolean;
  readonly width: number;
}

export function fmtCommand(io: Io, outcome: Outcome): Command {
  return new Command('fmt')
    .summary('format policies')
    .description('Formats policies. It keeps comments and single blank lines, and changes no meaning.')
    .argument('[paths...]', 'files, folders and globs; default: the policies of the configuration')
    .addOption(configOption())
    .option('--check', 'change nothing, and exit with 1 if a file is not formatted')
    .addOption(jsonOption())
    .option('--stdin', 'format the standard input, and print the result')
    .option('--width <number>', 'the greatest length of a line', positiveInteger('--width'), 80)
    .addHelpText(
      'after',
      `
Examples:
  nanook fmt                     format the policies of the project
  nanook fmt --check             fail in CI if a file is not formatted
  nanook fmt --stdin < a.polar   for an editor`,
    )
    .action(
      async (
        paths: readonly string[],
        { config, check = false, stdin = false, width, json = false }: FmtFlags,
      ) => {
        if (stdin) {
          io.write(formatted({ name: 'standard input', source: await readStandardInput(io) }, width));
          return;
        }
        const project = await readProject({ config, paths });
        const policies = project.policies.filter(isFile);
        const changed: string[] = [];
        // All files are read before the first one is written, so that a syntax error changes none.
        const results = policies.map((policy) => ({ ...policy, result: formatted(policy, width) }));
        for (const { name, source, result } of results) {
          if (result === source) continue;
          changed.push(name);
          if (!check) await writeFile(name, result);
        }
        if (json) io.out(JSON.stringify({ files: policies.map(({ name }) => name), changed }, undefined, 2));
        else {
          for (const name of changed) io.out(name);
          const total = count(policies.length, 'file');
          io.err(`${changed.length} of ${total} ${check ? 'not formatted' : 'formatted'}`);
        }
        if (check && changed.length > 0) outcome.code = ExitCode.findings;
      },
    );
}

/** @throws {UsageError} when the policy has a syntax error */
function formatted(policy: { readonly name: string; readonly source: string }, width: number): string {
  const { text, diagnostics } = formatPolicy(policy, { width });
  if (diagnostics.length > 0)
    throw new UsageError(`${diagnostics.map(renderDiagnostic).join('\n')}\nno file was changed`);
  return text;
}
