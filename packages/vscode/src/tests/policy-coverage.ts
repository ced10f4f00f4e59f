import { resolve } from 'node:path';
import { readTestOutput, type TestOutput } from './test-results.js';
import type { CommandResult } from '../project/run-command.js';

/** A part of a policy with its coverage, as `nanook test --json --coverage` prints it. Lines and columns are 1-based, columns in code points. */
export interface CoveredPart {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
  readonly held: number;
  readonly failed: number;
}

/** The coverage of a run. */
export interface PolicyCoverage {
  readonly rules: readonly CoveredPart[];
  readonly conditions: readonly CoveredPart[];
  readonly alternatives: readonly CoveredPart[];
  readonly roles: readonly CoveredPart[];
}

/** A part of a document as the editor counts: 0-based, in UTF-16 code units. */
export interface EditorRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** A rule or a role. */
export interface CoveredDeclaration {
  readonly name: string;
  /** The number of times that it held. */
  readonly executed: number;
  readonly range: EditorRange;
}

/** A condition, with both of its outcomes and the alternative that it starts. */
export interface CoveredStatement {
  /** The number of times that it was tried. */
  readonly executed: number;
  readonly range: EditorRange;
  readonly branches: readonly CoveredBranch[];
}

export interface CoveredBranch {
  readonly label: string;
  readonly executed: number;
  readonly range: EditorRange;
}

/** The coverage of one policy in the form that an editor shows. */
export interface CoveredDocument {
  /** An absolute path. */
  readonly file: string;
  readonly declarations: readonly CoveredDeclaration[];
  readonly statements: readonly CoveredStatement[];
}

/**
 * Reads the coverage of the policies of a project. A policy without rules is left out.
 *
 * @param folder the folder of the project
 * @param textOf returns the text of a file, by its absolute path
 * @throws {Error} when the tests did not run, or an older command has no coverage for an editor
 */
export async function readCoverage(
  result: CommandResult,
  folder: string,
  textOf: (file: string) => Promise<string>,
): Promise<CoveredDocument[]> {
  const coverage = coverageIn(readTestOutput(result));
  const files = new Set(coverage.rules.map(({ file }) => file));
  return Promise.all(
    [...files].map(async (name): Promise<CoveredDocument> => {
      const file = resolve(folder, name);
      const rangeOf = rangesIn(await textOf(file));
      const own = (parts: readonly CoveredPart[]): CoveredPart[] =>
        parts.filter((part) => part.file === name);
      const declaration = (part: CoveredPart): CoveredDeclaration => ({
        name: part.text,
        executed: part.held,
        range: rangeOf(part),
      });
      const alternatives = own(coverage.alternatives);
      const conditions = own(coverage.conditions);
      const statements = conditions.map((part): CoveredStatement => {
        const range = rangeOf(part);
        const started = alternatives.filter(
          (one) => conditions.find((condition) => isWithin(condition, one)) === part,
        );
        return {
          executed: part.held + part.failed,
          range,
          branches: [
            { label: 'true', executed: part.held, range },
            { label: 'false', executed: part.failed, range },
            ...started.map((one) => ({ label: 'alternative', executed: one.held, range: rangeOf(one) })),
          ],
        };
      });
      return {
        file,
        declarations: [...own(coverage.rules), ...own(coverage.roles)].map(declaration),
        statements,
      };
    }),
  );
}

function coverageIn({ coverage }: TestOutput): PolicyCoverage {
  const found = coverage as PolicyCoverage | undefined;
  if (found === undefined || found.rules.some(({ endLine }) => endLine === undefined))
    throw new Error('Expected coverage with the ends of rules. Update @nanook/cli in the project.');
  return found;
}

const isBefore = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]);

const isWithin = (inner: CoveredPart, outer: CoveredPart): boolean =>
  isBefore([outer.line, outer.column], [inner.line, inner.column]) &&
  isBefore([inner.endLine, inner.endColumn], [outer.endLine, outer.endColumn]);

/** Returns the ranges of parts in a text as the editor counts, where an emoji has two units. */
function rangesIn(text: string): (part: CoveredPart) => EditorRange {
  const lines = text.split(/\r?\n/);
  const position = (line: number, column: number): EditorRange['start'] => ({
    line: line - 1,
    character: [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length,
  });
  return ({ line, column, endLine, endColumn }) => ({
    start: position(line, column),
    end: position(endLine, endColumn),
  });
}
