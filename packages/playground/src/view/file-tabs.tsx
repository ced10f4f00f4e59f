import { dataFile, typesFile } from '../model/project-text.js';
import type { Problem } from '../model/problem.js';
import { isError } from '../model/problem.js';

/** The tabs of the files of a project. */
export function FileTabs({
  files,
  original,
  active,
  problems,
  choose,
  add,
  remove,
}: {
  readonly files: readonly string[];
  /** The source from which the policy was translated. */
  readonly original: string | undefined;
  readonly active: string;
  readonly problems: readonly Problem[];
  readonly choose: (file: string) => void;
  /** Undefined if the files of the project are fixed. */
  readonly add?: () => void;
  readonly remove?: (file: string) => void;
}) {
  const all = original === undefined ? files : [...files, original];
  const policies = files.filter((file) => file !== typesFile && file !== dataFile);
  return (
    <div class="file-tabs">
      <div class="tabs" role="tablist" aria-label="files" onKeyDown={moveFocus}>
        {all.map((file) => {
          const own = problems.filter((problem) => problem.file === file);
          const sign = own.some(isError) ? '✗' : own.length > 0 ? '⚠' : '';
          return (
            <button
              key={file}
              type="button"
              role="tab"
              id={`tab-${file}`}
              aria-selected={file === active}
              aria-controls="code"
              tabIndex={file === active ? 0 : -1}
              title={file}
              onClick={() => choose(file)}
            >
              {shortName(file)}
              {sign !== '' && ' '}
              {sign !== '' && (
                <span
                  class={own.some(isError) ? 'denied' : 'undecided'}
                  role="img"
                  aria-label={own.some(isError) ? 'has an error' : 'has a warning'}
                >
                  {sign}
                </span>
              )}
            </button>
          );
        })}
      </div>
      {add !== undefined && (
        <button type="button" class="icon" aria-label="new policy" title="new policy" onClick={add}>
          +
        </button>
      )}
      {remove !== undefined && policies.length > 1 && policies.includes(active) && (
        <button
          type="button"
          class="icon"
          aria-label={`remove ${active}`}
          title={`remove ${active}`}
          onClick={() => remove(active)}
        >
          −
        </button>
      )}
    </div>
  );
}

const shortName = (file: string): string => file.replace(/^policy\//, '').replace(/\.polar$/, '');

/** Moves between tabs with the arrows, as people with a screen reader expect. */
export function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
  const next = tabs[(tabs.indexOf(document.activeElement as HTMLElement) + step + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
  event.preventDefault();
}
