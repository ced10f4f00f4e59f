import { nearNames } from '@nanook/core/internal';
import { Command } from 'commander';
import { allCodes } from '../codes/all-codes.js';
import type { CodeEntry } from '../codes/code-entry.js';
import { codeUrl } from '../codes/docs-url.js';
import { UsageError } from '../errors/usage-error.js';
import type { Colors, Io } from '../output/io.js';
import { jsonOption } from './common-options.js';

export function codeCommand(io: Io): Command {
  return new Command('code')
    .alias('explain-code')
    .summary('describe the code of an error, a warning or a lint')
    .description(
      'Describes the code of an error, a warning or a lint, with an example and its correction. Without a code, it lists all codes.',
    )
    .argument('[code]', 'a code, or its end, such as NEVER_USED')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  nanook code POLAR_CHECK_UNKNOWN_FIELD
  nanook code never_used`,
    )
    .action(async (code: string | undefined, { json }: { readonly json?: boolean }) => {
      const all = await allCodes();
      const found = code === undefined ? all : entriesFor(code, all);
      const written = found.map(({ page: _, ...entry }) => ({ ...entry, url: codeUrl(entry.code) }));
      if (json === true) io.out(JSON.stringify(code === undefined ? written : written[0], undefined, 2));
      else if (code === undefined) io.out(found.map((entry) => entry.code).join('\n'));
      else io.out(found.map((entry) => description(entry, io.colors)).join('\n\n'));
    });
}

/** @throws {UsageError} when no code, or more than one, has this name or end */
function entriesFor(text: string, all: readonly CodeEntry[]): readonly CodeEntry[] {
  const name = text.toUpperCase();
  const exact = all.filter(({ code }) => code === name);
  const found = exact.length > 0 ? exact : all.filter(({ code }) => code.endsWith(`_${name}`));
  if (found.length === 1) return found;
  const names = found.map(({ code }) => code);
  if (names.length > 1) throw new UsageError(`several codes end with ${name}: ${names.join(', ')}`);
  const near = nearNames(name, [...all.map(({ code }) => code), ...all.map(({ code }) => endOf(code))]);
  const advice = near.length === 0 ? 'nanook code lists all codes' : `did you mean ${near.join(' or ')}?`;
  throw new UsageError(`no code is called ${text}; ${advice}`);
}

/** The code without its two prefixes. */
const endOf = (code: string): string => code.split('_').slice(2).join('_');

function description({ code, severity, message, when, example, fix }: CodeEntry, colors: Colors): string {
  const label = severity === 'error' ? colors.red(severity) : colors.yellow(severity);
  return [
    `${label} ${colors.bold(code)}`,
    ...(when === undefined ? [] : [when]),
    '',
    message,
    ...(example === undefined ? [] : ['', `${colors.bold('example')}`, indented(example)]),
    ...(fix === undefined ? [] : ['', `${colors.bold('corrected')}`, indented(fix)]),
    '',
    colors.dim(codeUrl(code)),
  ].join('\n');
}

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');
