import { createRequire } from 'node:module';

/**
 * Loads another copy of a CommonJS package and its dependencies, which the other tests of the process do not receive.
 *
 * @param from the URL of the module that can resolve the package
 */
export function loadCopy(name: string, from: string): unknown {
  const load = createRequire(from);
  const { cache } = load;
  const present = { ...cache };
  const clear = () => Object.keys(cache).forEach((file) => delete cache[file]);
  clear();
  try {
    return load(name);
  } finally {
    clear();
    Object.assign(cache, present);
  }
}
