import type { Cause } from '@nanook/cli/tools';
import type { LoadedProject } from '../model/load-project.js';
import { diffAnswers } from '../model/policy-diff.js';
import { textOfFile } from '../model/project-text.js';
import { rangeOf } from '../model/places.js';
import type { ViewProps } from './page-context.js';
import { Outcome } from './outcome.js';
import { useResult } from './use-result.js';
import { Waiting } from './waiting.js';

const causeTexts: Readonly<Record<Cause['kind'], string>> = {
  added: 'new rule',
  removed: 'removed rule',
  'allowed-by': 'allowed by',
  fails: 'fails',
  error: 'error',
};

/** The answers that the changes of the policy change. */
export function DiffView({
  loaded,
  actions,
  base,
  keepAsBase,
}: ViewProps & { readonly base: LoadedProject | undefined; readonly keepAsBase: () => void }) {
  const result = useResult(
    async (signal) => (base === undefined ? undefined : diffAnswers(base, loaded, { signal })),
    [base, loaded],
  );
  const show = ({ file, line, text }: Cause): void => {
    const source = file === undefined ? undefined : textOfFile(loaded.text, file);
    if (file === undefined || source === undefined || line === undefined) return;
    actions.reveal({ file, ...rangeOf(source, { file, line, column: 1 }, text) });
  };
  return (
    <>
      <p class="toolbar">
        <span>Compared with the version that was opened, or that you kept.</span>
        <button type="button" onClick={keepAsBase}>
          Keep this version
        </button>
      </p>
      <Waiting result={result} label="Comparing …">
        {(diff) =>
          diff === undefined ? (
            <p class="quiet">There is no correct version to compare with.</p>
          ) : (
            <>
              <p>
                {diff.changes.length === 0
                  ? `No answer changes, of ${diff.checked}.`
                  : `${diff.changes.length} of ${diff.checked} answers change:`}
              </p>
              {diff.omitted > 0 && (
                <p class="message">
                  {diff.omitted} more answers are not compared here, because they are too many for a page.{' '}
                  <code>nanook diff</code> compares all.
                </p>
              )}
              <ul class="changes">
                {diff.changes.map((change) => {
                  const { actor, action, resource, field, before, after, causes } = change;
                  return (
                    <li key={JSON.stringify([actor, action, resource, field])}>
                      <button
                        type="button"
                        class="link"
                        disabled={field !== undefined}
                        onClick={() => actions.ask({ actor, action, resource })}
                      >
                        {actor} may {action} {resource}
                        {field !== undefined && `, field ${field}`}
                      </button>
                      <span class="change">
                        <Outcome outcome={before} /> <span aria-label="now">→</span>{' '}
                        <Outcome outcome={after} />
                      </span>
                      {causes.map((cause) => (
                        <div key={`${cause.kind} ${cause.text}`} class="cause">
                          {causeTexts[cause.kind]} <code>{cause.text}</code>
                          {cause.reason !== undefined && `: ${cause.reason}`}{' '}
                          {cause.line !== undefined && cause.kind !== 'removed' && (
                            <button type="button" class="place" onClick={() => show(cause)}>
                              {cause.file}:{cause.line}
                            </button>
                          )}
                        </div>
                      ))}
                    </li>
                  );
                })}
              </ul>
            </>
          )
        }
      </Waiting>
    </>
  );
}
