import { Command } from 'commander';
import { parseTerm, type DataOf } from '@nanook/core/syntax';
import { Expression, isPolarError, renderDiagnostic } from '@nanook/core';
import { UsageError } from '../errors/usage-error.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { bindingsOf } from '../values/bindings-of.js';
import { showValue } from '../values/show-value.js';
import { writableValue } from '../values/writable-value.js';
import { configOption, jsonOption, policyOption, type ProjectFlags } from './common-options.js';
import { openProject, type Opened } from './opened.js';
import type { Outcome } from './outcome.js';

interface QueryFlags extends ProjectFlags {
  readonly json?: boolean;
  readonly expressions?: boolean;
}

export function queryCommand(io: Io, outcome: Outcome): Command {
  return new Command('query')
    .summary('print the answers of a query')
    .description('Prints each answer of a query in Polar. Exits with 1 if there is none.')
    .argument('<query>', 'a query, in which fixtures are called by their names')
    .addOption(configOption())
    .addOption(policyOption())
    .addOption(jsonOption())
    .option('--expressions', 'also print answers that only constrain a variable, such as x > 1')
    .addHelpText(
      'after',
      `
Examples:
  nanook query 'allow(ann, action, report)'   print the actions of the fixture ann on the fixture report
  nanook query 'has_role(ann, role, acme)'
  nanook query 'x in [1, 2] and x > 1' --json`,
    )
    .action(async (text: string, { config, policy, json, expressions = false }: QueryFlags) => {
      requireQuery(text);
      const opened = await openProject({ config, paths: policy });
      const answers: Record<string, unknown>[] = [];
      const print = (answer: Record<string, unknown>): void => io.out(answerLine(answer, opened, io));
      for await (const answer of answersOf(text, opened, expressions)) {
        answers.push(answer);
        if (json !== true) print(answer);
      }
      if (json === true) {
        const written = answers.map((answer) =>
          Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, writableValue(value)])),
        );
        io.out(JSON.stringify({ query: text, answers: written }, undefined, 2));
      } else if (answers.length === 0) io.out(io.colors.red('no answer'));
      outcome.code = answers.length > 0 ? ExitCode.fine : ExitCode.findings;
    });
}

/** @throws {UsageError} when the text is not a query */
export function requireQuery(text: string): void {
  const { diagnostics, term } = parseTerm({ name: 'query', source: text });
  if (diagnostics.length > 0) throw new UsageError(diagnostics.map(renderDiagnostic).join('\n'));
  if (term?.kind === 'variable')
    throw new UsageError(`expected a query such as allow(ann, action, report), found the name ${term.name}`);
}

/**
 * Yields the answers of a query whose variables can be names of fixtures.
 *
 * @throws {UsageError} when the query calls a rule that does not exist, or has an answer that only `--expressions` prints
 */
export async function* answersOf(
  text: string,
  { authorizer, fixtures }: Opened,
  acceptExpression: boolean,
  signal?: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  const bindings = bindingsOf(text, fixtures);
  try {
    for await (const answer of authorizer.policy.query(text, {
      bindings,
      acceptExpression,
      ...(signal && { signal }),
    })) {
      const own = [...answer].filter(([name]) => !(name in bindings));
      yield Object.fromEntries(own);
    }
  } catch (error) {
    throw usageErrorOf(error) ?? error;
  }
}

function usageErrorOf(error: unknown): UsageError | undefined {
  if (!isPolarError(error)) return undefined;
  if (error.code.startsWith('POLAR_CHECK_') || error.code === 'POLAR_RUN_UNDEFINED_RULE')
    return new UsageError(error.message, { cause: error });
  if (error.code !== 'POLAR_RUN_UNEXPECTED_CONSTRAINT') return undefined;
  const { name, constraint } = error.data as DataOf<'POLAR_RUN_UNEXPECTED_CONSTRAINT'>;
  return new UsageError(
    `an answer gives \`${name}\` no single value, only a condition: ${withName(constraint, name)}; print it with --expressions`,
    { cause: error },
  );
}

/** Returns a condition with the name of its variable, which it calls `_this`. */
const withName = (condition: string, name: string): string => condition.replaceAll(/\b_this\b/g, () => name);

export function answerLine(answer: Record<string, unknown>, { authorizer }: Opened, { colors }: Io): string {
  const parts = Object.entries(answer).map(([name, value]) =>
    value instanceof Expression
      ? `${colors.bold(name)} where ${withName(String(value), name)}`
      : `${colors.bold(name)} = ${showValue(value, authorizer)}`,
  );
  return parts.length === 0 ? colors.green('true') : parts.join(', ');
}
