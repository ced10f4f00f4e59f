import type { ComponentChildren } from 'preact';
import { Bear } from './bear.js';
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
        <Bear />
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
