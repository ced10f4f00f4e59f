import { useEffect, useState } from 'react';

/** Loads rows for a component, and again when `reload` is called or a dependency changes. Rows of an earlier load are ignored. */
export function useRows<Row>(
  load: () => Promise<readonly Row[]>,
  dependencies: readonly unknown[],
): { readonly rows: readonly Row[]; readonly reload: () => void } {
  const [loaded, setLoaded] = useState<{ readonly for: string; readonly rows: readonly Row[] }>();
  const [count, setCount] = useState(0);
  const current = JSON.stringify(dependencies);
  useEffect(() => {
    let isCurrent = true;
    void load().then((rows) => {
      if (isCurrent) setLoaded({ for: current, rows });
    });
    return () => {
      isCurrent = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- `load` is another function in each render
  }, [current, count]);
  return { rows: loaded?.for === current ? loaded.rows : [], reload: () => setCount(count + 1) };
}
