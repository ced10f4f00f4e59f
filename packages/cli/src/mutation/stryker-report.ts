import { Source, type NamedText, type TestNode } from '@nanook/core/syntax';
import { manifest } from '../manifest.js';
import type { MutantResult, MutantStatus } from './mutant-result.js';
import { applyEdits, type Edit } from './mutant.js';

const statuses: Readonly<Record<MutantStatus, string>> = {
  killed: 'Killed',
  survived: 'Survived',
  uncovered: 'NoCoverage',
  // The schema has no status for it. Only ignored mutants do not count.
  unresolved: 'Ignored',
  error: 'CompileError',
};

/** Returns the results in the schema of Stryker, which its dashboard and the viewer `mutation-testing-elements` show. */
export function strykerReport(
  results: readonly MutantResult[],
  policies: readonly NamedText[],
  tests: readonly TestNode[],
): object {
  const files = policies.flatMap(({ name, source }) => {
    const own = results.filter(({ mutant }) => mutant.file === name);
    if (own.length === 0) return [];
    return [[name, { language: 'polar', source, mutants: own.map((result) => mutantOf(result, source)) }]];
  });
  const testFiles = policies.flatMap(({ name, source }) => {
    const own = tests.flatMap((test, i) => (test.span.source.name === name ? [{ test, i }] : []));
    if (own.length === 0) return [];
    const listed = own.map(({ test: { name: title, span }, i }) => ({
      id: testId(i),
      name: title.value,
      location: { start: span.source.positionAt(span.start), end: span.source.positionAt(span.end) },
    }));
    return [[name, { source, tests: listed }]];
  });
  return {
    $schema: 'https://git.io/mutation-testing-schema',
    schemaVersion: '2.0',
    thresholds: { high: 100, low: 80 },
    framework: { name: 'nanook', version: manifest.version },
    files: Object.fromEntries(files) as object,
    testFiles: Object.fromEntries(testFiles) as object,
  };
}

const testId = (index: number): string => `test-${index + 1}`;

function mutantOf(result: MutantResult, source: string): object {
  const { mutant, status, coveredBy, killedBy, ran, difference, error } = result;
  const { location, replacement } = replacementOf(mutant.edits, source);
  const reason =
    error ??
    (status === 'unresolved'
      ? 'all tests pass, and no check was found that the mutant changes'
      : undefined) ??
    (difference && `a test needs: ${difference.assertion}`);
  return {
    id: mutant.id,
    mutatorName: mutant.operator,
    description: mutant.summary,
    location,
    replacement,
    status: statuses[status],
    ...(reason === undefined ? {} : { statusReason: reason }),
    coveredBy: coveredBy.map(testId),
    killedBy: killedBy === undefined ? [] : [testId(killedBy)],
    testsCompleted: ran,
  };
}

/** Returns one replacement for all edits of a mutant. */
function replacementOf(edits: readonly Edit[], text: string) {
  const start = edits[0]?.start ?? 0;
  const end = edits.at(-1)?.end ?? 0;
  const local = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
  const source = new Source(text);
  return {
    location: { start: source.positionAt(start), end: source.positionAt(end) },
    replacement: applyEdits(text.slice(start, end), local),
  };
}
