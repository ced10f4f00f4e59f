import { useEffect, useReducer } from 'preact/hooks';

interface Changing {
  readonly subscribe: (listener: () => void) => () => void;
}

/** Draws a component again when an object has changed. */
export function useChanges<Watched extends Changing | undefined>(watched: Watched): Watched {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => watched?.subscribe(() => render(undefined)), [watched]);
  return watched;
}
