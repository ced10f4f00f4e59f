import type { ExploredProject } from '@nanook/cli/tools';
import type { ExplorerSession } from './explorer-session.js';

/** The messages about the project: errors, which are no answers, and the parts that this page lacks. */
export function ExplorerNotices({ session }: { readonly session: ExplorerSession }) {
  const { state, project, isConnected, notice } = session.view;
  return (
    <>
      {!isConnected && (
        <p class="notice" role="alert">
          nanook explore does not answer. It has ended, or works on something else; what you see is its last
          version.
        </p>
      )}
      {state?.kind === 'error' && (
        <p class="notice project-error" role="alert">
          <span>
            ⚠ The project cannot be read
            {project === undefined ? ', so there are no answers: ' : '. You see its last version: '}
            {state.message}
          </span>
        </p>
      )}
      {notice !== '' && (
        <p class="notice" role="alert">
          {notice}{' '}
          <button type="button" aria-label="close the message" onClick={() => session.closeNotice()}>
            ✕
          </button>
        </p>
      )}
      {project !== undefined && isEmpty(project) && (
        <p class="notice">
          <span>
            The configuration names no actors and no resources, so there is nothing to ask about. Add them as{' '}
            <code>fixtures</code>, and this page shows them.
          </span>
        </p>
      )}
      {project !== undefined && (
        <Lacks notes={project.notes} differences={project.comparison.differences.length} />
      )}
    </>
  );
}

const isEmpty = ({ config: { fixtures } }: ExploredProject): boolean =>
  Object.keys(fixtures ?? {}).length === 0;

/** The page has the data of the project as JSON, which contains no classes and no functions. */
function Lacks({ notes, differences }: { readonly notes: readonly string[]; readonly differences: number }) {
  if (notes.length === 0 && differences === 0) return null;
  const count = differences === 1 ? '1 check is' : `${differences} checks are`;
  return (
    <details class={differences > 0 ? 'notice lacks' : 'lacks quiet'}>
      <summary>
        {differences > 0
          ? `${count} decided in another way by your project, which has classes or functions that this page lacks.`
          : 'This page lacks parts of your project. The checks that were compared have the same answers.'}
      </summary>
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
        {differences > 0 && (
          <li>
            Your project itself gives the answers and the reasons of these checks. Tests, lists and steps run
            without its classes.
          </li>
        )}
      </ul>
    </details>
  );
}
