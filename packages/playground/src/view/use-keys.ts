import { useEffect, useRef } from 'preact/hooks';

/** The commands of the page that have a key. */
export interface KeyCommands {
  /** Ctrl+Enter */
  readonly ask: () => void;
  /** F8 */
  readonly nextProblem: () => void;
  /** ? outside of a text */
  readonly showKeys: () => void;
}

/** Runs the commands of the page when their keys are pressed. */
export function useKeys(commands: KeyCommands): void {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isTyping =
        (event.target as Element | null)?.closest?.('input, select, .cm-editor, dialog') ?? null;
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) latest.current.ask();
      else if (event.key === 'F8') latest.current.nextProblem();
      else if (event.key === '?' && isTyping === null) latest.current.showKeys();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
