import { lineOf } from '../model/places.js';
import type { Problem } from '../model/problem.js';
import { textOfFile, type ProjectText } from '../model/project-text.js';
import { fixName } from './code-pane.js';

/** The errors and warnings of all files, below the text. */
export function ProblemList({
  project,
  problems,
  show,
  applyFix,
}: {
  readonly project: ProjectText;
  readonly problems: readonly Problem[];
  readonly show: (problem: Problem) => void;
  readonly applyFix: (problem: Problem) => void;
}) {
  if (problems.length === 0) return <p class="problems quiet">✓ no errors and no warnings</p>;
  return (
    <ul class="problems" aria-label="errors and warnings" tabIndex={0}>
      {problems.map((problem, i) => {
        const { severity, code, message, file, start, fix } = problem;
        return (
          <li key={`${i} ${message}`} class={severity}>
            <span class="sign" role="img" aria-label={severity}>
              {severity === 'error' ? '✗' : '⚠'}
            </span>
            <span>
              {message}{' '}
              <button type="button" class="place" onClick={() => show(problem)}>
                {file}:{lineOf(textOfFile(project, file) ?? '', start)}
              </button>
              {code !== undefined && <span class="code-name"> {code}</span>}
              {fix?.changes !== undefined && (
                <span class="quiet"> The fix changes answers: {fix.changes}.</span>
              )}
            </span>
            {fix !== undefined && (
              <button type="button" onClick={() => applyFix(problem)}>
                {fixName(problem)}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
