import {
  BranchCoverage,
  DeclarationCoverage,
  FileCoverage,
  Range,
  StatementCoverage,
  Uri,
  workspace,
  type FileCoverageDetail,
  type TestRun,
} from 'vscode';
import type { CommandResult } from '../project/run-command.js';
import { readCoverage, type CoveredDocument, type EditorRange } from '../tests/policy-coverage.js';

/** The parts of a policy, which the editor asks for when it shows the file. */
class PolicyFileCoverage extends FileCoverage {
  details: readonly FileCoverageDetail[] = [];
}

/** Shows the coverage of a run in the gutter and in the Test Coverage view. @param folder the folder of the project */
export async function showCoverage(run: TestRun, result: CommandResult, folder: string): Promise<void> {
  const textOf = async (file: string): Promise<string> =>
    (await workspace.openTextDocument(Uri.file(file))).getText();
  for (const document of await readCoverage(result, folder, textOf)) {
    const details = detailsOf(document);
    const { statementCoverage, branchCoverage, declarationCoverage } = FileCoverage.fromDetails(
      Uri.file(document.file),
      details,
    );
    const coverage = new PolicyFileCoverage(
      Uri.file(document.file),
      statementCoverage,
      branchCoverage,
      declarationCoverage,
    );
    coverage.details = details;
    run.addCoverage(coverage);
  }
}

/** Returns the parts of a policy whose coverage was shown. */
export const detailsOfCoverage = (coverage: FileCoverage): FileCoverageDetail[] =>
  coverage instanceof PolicyFileCoverage ? [...coverage.details] : [];

const range = ({ start, end }: EditorRange): Range =>
  new Range(start.line, start.character, end.line, end.character);

const detailsOf = ({ declarations, statements }: CoveredDocument): FileCoverageDetail[] => [
  ...declarations.map((one) => new DeclarationCoverage(one.name, one.executed, range(one.range))),
  ...statements.map(
    (one) =>
      new StatementCoverage(
        one.executed,
        range(one.range),
        one.branches.map((branch) => new BranchCoverage(branch.executed, range(branch.range), branch.label)),
      ),
  ),
];
