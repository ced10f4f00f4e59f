import { codeFrame } from '@nanook/core/syntax';
import { count } from '../output/count.js';
import type { Colors } from '../output/io.js';
import type { CheckResult } from './check-result.js';
import { type AppliedFix, errorCount, type Finding, type Fix } from '@nanook/analysis';
import { toSarif } from './sarif.js';
import { rangeOf, writtenFinding } from './written-finding.js';

/** The forms in which `nanook check` prints its result. */
export const formats = {
  text: toText,
  json: toJson,
  github: toGithub,
  sarif: toSarif,
} satisfies Record<string, (result: CheckResult, colors: Colors) => string | Promise<string>>;
export type FormatName = keyof typeof formats;
export const formatNames = Object.keys(formats) as readonly FormatName[];

function toText(result: CheckResult, colors: Colors): string {
  const blocks = result.findings.map((finding) => findingText(finding, colors));
  const { keepAnswers, changeAnswers } = result.fixable();
  const advice = [adviceFor(keepAnswers, '--fix'), adviceFor(changeAnswers, '--unsafe-fixes')].filter(
    (text) => text !== undefined,
  );
  return [...blocks, summaryOf(result, colors), ...[...advice, ...result.notes].map(colors.dim)].join('\n');
}

/** Returns a finding with its frame, and a line break at the end. */
export function findingText({ severity, code, message, span }: Finding, colors: Colors): string {
  const label = severity === 'error' ? colors.red('error') : colors.yellow('warning');
  const frame = span === undefined ? '' : `\n${codeFrame(span)}`;
  return `${label} ${colors.dim(code)}\n${message}${frame}\n  ${colors.dim(`nanook code ${code}`)}\n`;
}

const adviceFor = (number: number, option: string): string | undefined =>
  number === 0 ? undefined : `${count(number, 'finding')} can be corrected with ${option}`;

function summaryOf({ files, findings }: CheckResult, colors: Colors): string {
  const errors = errorCount(findings);
  const warnings = findings.length - errors;
  const text = `${count(files.length, 'file')} checked: ${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  return errors > 0 ? colors.red(text) : warnings > 0 ? colors.yellow(text) : colors.green(text);
}

function toJson({ files, findings, notes, fixes, fixed }: CheckResult): string {
  const errors = errorCount(findings);
  const edits = fixes();
  const written = findings.map((finding) => ({
    ...writtenFinding(finding),
    fix: writtenEdit(edits.get(finding)),
  }));
  const result = {
    files,
    errors,
    warnings: findings.length - errors,
    findings: written,
    notes,
    fixed: fixed?.map(writtenFix),
  };
  return JSON.stringify(result, undefined, 2);
}

/** Returns the text that replaces a part of the policy, and the place of this part. */
function writtenEdit(fix: Fix | undefined): object | undefined {
  if (fix === undefined) return undefined;
  const { span, text, changes } = fix;
  return { ...rangeOf(span), text, changes };
}

const writtenFix = ({ finding, changes }: AppliedFix): object => ({ ...writtenFinding(finding), changes });

/** Prints workflow commands of GitHub Actions, which show each finding in the changed file. */
function toGithub(result: CheckResult, colors: Colors): string {
  const lines = result.findings.map((finding) => {
    const { severity, code, message, file, line, column, endLine, endColumn, url } = writtenFinding(finding);
    const properties = { file, line, col: column, endLine, endColumn, title: code };
    const present = Object.entries(properties).filter(([, value]) => value !== undefined);
    const written = present.map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    return `::${severity} ${written.join(',')}::${escapeMessage(url === undefined ? message : `${message}\n${url}`)}`;
  });
  return [...lines, summaryOf(result, colors)].join('\n');
}

const escapeMessage = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
