import type { ComponentChildren } from 'preact';
import type { Theme } from './theme.js';

/** The head of the page: the project that is open, what a person does with it, the keys and the colors. */
export function PageHeader({
  name,
  project,
  commands,
  theme,
  showKeys,
  setTheme,
}: {
  /** The name of the page. */
  readonly name: string;
  readonly project: ComponentChildren;
  readonly commands: ComponentChildren;
  readonly theme: Theme;
  readonly showKeys: () => void;
  readonly setTheme: (theme: Theme) => void;
}) {
  const other = theme === 'dark' ? 'light' : 'dark';
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
        Nanook <span class="quiet">{name}</span>
      </h1>
      {project}
      <div class="commands">
        {commands}
        <button type="button" aria-label="keys" title="keys" onClick={showKeys}>
          ?
        </button>
        <button
          type="button"
          aria-label={`${other} colors`}
          title={`${other} colors`}
          onClick={() => setTheme(other)}
        >
          {theme === 'dark' ? '☀' : '☾'}
        </button>
      </div>
    </header>
  );
}
