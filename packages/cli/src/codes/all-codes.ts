import type { CodeEntry } from './code-entry.js';
import { lintEntries, testEntries } from './lint-entries.js';

// The JSON files are written by the tests of the tables of codes: `node tools/errors-page.mjs`.
const json = { with: { type: 'json' } } as const;

/** Returns every code of the packages, each once. */
export async function allCodes(): Promise<readonly CodeEntry[]> {
  const modules = await Promise.all([
    import('./core.json', json),
    import('./debug.json', json),
    import('./web.json', json),
    import('./orm.json', json),
    import('./log.json', json),
    import('./policies.json', json),
    import('./server.json', json),
    import('./mcp.json', json),
  ]);
  return [
    ...modules.flatMap(({ default: entries }): readonly CodeEntry[] => entries),
    ...lintEntries,
    ...testEntries,
  ];
}
