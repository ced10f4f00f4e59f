import { useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

const key = 'nanook-theme';

/** The theme that the reader has chosen, or that of the system. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() =>
    (document.documentElement.dataset['theme'] ??
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
      ? 'dark'
      : 'light',
  );
  return [
    theme,
    (next) => {
      document.documentElement.dataset['theme'] = next;
      try {
        localStorage.setItem(key, next);
      } catch {
        // A browser can forbid storage. The choice then lasts as long as the page.
      }
      setTheme(next);
    },
  ];
}

/** Applies the theme that was chosen in an earlier visit. */
export function restoreTheme(): void {
  try {
    const theme = localStorage.getItem(key);
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
  } catch {
    // A browser can forbid storage.
  }
}
