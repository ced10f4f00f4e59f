import { isAbsolute, relative } from 'node:path';
import { allCodes } from '../codes/all-codes.js';
import type { CodeEntry } from '../codes/code-entry.js';
import { codeUrl } from '../codes/docs-url.js';
import type { CheckResult } from './check-result.js';
import { writtenFinding, type WrittenFinding } from './written-finding.js';

/** Prints the findings in SARIF 2.1.0, which code scanning of GitHub and other tools read. */
export async function toSarif(result: CheckResult): Promise<string> {
  const entries = new Map((await allCodes()).map((entry) => [entry.code, entry]));
  const findings = result.findings.map(writtenFinding);
  const codes = [...new Set(findings.map(({ code }) => code))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'nanook', rules: codes.map((code) => ruleOf(code, entries.get(code))) } },
        columnKind: 'unicodeCodePoints',
        results: findings.map((finding) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: finding.severity,
          message: { text: finding.message },
          ...locationsOf(finding),
        })),
      },
    ],
  };
  return JSON.stringify(log, undefined, 2);
}

/** Describes a code, with its example and the corrected one. */
function ruleOf(code: string, entry: CodeEntry | undefined): object {
  const { message, when = message, example, fix, severity } = entry ?? {};
  const examples = [
    ...(example === undefined ? [] : [`Example:\n\n${example}`]),
    ...(fix === undefined ? [] : [`Corrected:\n\n${fix}`]),
  ].join('\n\n');
  return {
    id: code,
    helpUri: codeUrl(code),
    ...(when !== undefined && { shortDescription: { text: when } }),
    ...(examples !== '' && { help: { text: examples } }),
    ...(severity !== undefined && { defaultConfiguration: { level: severity } }),
  };
}

function locationsOf({ file, line, column, endLine, endColumn }: WrittenFinding): object {
  if (file === undefined || line === undefined) return {};
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return { locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } }] };
}

/** A relative URI with forward slashes: the root of the repository is the base of it. */
const uriOf = (file: string): string =>
  (isAbsolute(file) ? relative(process.cwd(), file) : file).split(/[/\\]/).map(encodeURIComponent).join('/');
