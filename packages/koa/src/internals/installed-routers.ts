import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const load = createRequire(import.meta.url);

/**
 * Returns the prototypes of the router packages that this package can resolve. A package can have two copies, a CommonJS and an ES module,
 * and the application may use either.
 */
export function installedRouters(): readonly object[] {
  return ['@koa/router', 'koa-router'].flatMap(copiesOf).flatMap((path) => {
    try {
      const loaded = load(path) as { readonly default?: Loaded } & Loaded;
      const { prototype } = loaded.default ?? loaded;
      return prototype === undefined ? [] : [prototype];
    } catch {
      return []; // the application cannot load it, either
    }
  });
}

interface Loaded {
  readonly prototype?: object;
}

/** Returns the files with the copies of a package; none if it is not installed. */
function copiesOf(name: string): readonly string[] {
  let main: string;
  try {
    main = load.resolve(name);
  } catch {
    return [];
  }
  let folder = dirname(main);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { exports?: unknown };
  const modules = filesIn((exports as Record<string, unknown> | undefined)?.['.'] ?? exports);
  return [...new Set([main, ...modules.map((file) => join(folder, file))])];
}

/** Returns the modules that the conditions of `exports` name. */
function filesIn(conditions: unknown): readonly string[] {
  if (typeof conditions === 'string') return /\.[cm]?js$/.test(conditions) ? [conditions] : [];
  return typeof conditions === 'object' && conditions !== null
    ? Object.values(conditions).flatMap(filesIn)
    : [];
}
