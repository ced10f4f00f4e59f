import { useRef } from 'preact/hooks';
import type { Sample } from '../model/sample.js';

export type Theme = 'light' | 'dark';

/** The head of the page: the samples, and what a person does with a whole project. */
export function PageHeader({
  samples,
  sample,
  theme,
  open,
  share,
  exportFiles,
  importFiles,
  showKeys,
  setTheme,
}: {
  readonly samples: readonly Sample[];
  /** The id of the sample that is open; empty for another project. */
  readonly sample: string;
  readonly theme: Theme;
  readonly open: (id: string) => void;
  readonly share: () => void;
  readonly exportFiles: () => void;
  readonly importFiles: (files: readonly File[]) => void;
  readonly showKeys: () => void;
  readonly setTheme: (theme: Theme) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <header class="page-header">
      <h1>
        <svg class="logo" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="currentColor" />
          <path
            d="M9 23V9l14 14V9"
            fill="none"
            class="logo-line"
            stroke-width="3.4"
            stroke-linejoin="round"
            stroke-linecap="round"
          />
        </svg>
        Nanook <span class="quiet">playground</span>
      </h1>
      <label class="sample">
        <span class="hidden">sample</span>
        <select aria-label="sample" value={sample} onChange={(event) => open(event.currentTarget.value)}>
          {sample === '' && <option value="">your project</option>}
          {samples.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
          <option value="empty">Empty project</option>
        </select>
      </label>
      <div class="commands">
        <button type="button" onClick={share}>
          Share
        </button>
        <button type="button" onClick={exportFiles}>
          Export
        </button>
        <button type="button" onClick={() => input.current?.click()}>
          Import
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept=".polar,.json,.zip"
          aria-label="files to import"
          onChange={(event) => {
            importFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
        <button type="button" aria-label="keys" title="keys" onClick={showKeys}>
          ?
        </button>
        <button
          type="button"
          aria-label={theme === 'dark' ? 'light colors' : 'dark colors'}
          title={theme === 'dark' ? 'light colors' : 'dark colors'}
          onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        >
          {theme === 'dark' ? '☀' : '☾'}
        </button>
      </div>
    </header>
  );
}
