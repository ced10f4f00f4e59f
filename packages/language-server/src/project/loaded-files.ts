import module from 'node:module';
import { fileURLToPath } from 'node:url';

type Load = (url: string, context: unknown, next: (url: string, context: unknown) => unknown) => unknown;

/** Records the files of modules that are loaded from now on, without those of packages. Node.js before 22.15 cannot tell them. */
export function recordLoadedFiles(): ReadonlySet<string> {
  const files = new Set<string>();
  const { registerHooks } = module as { readonly registerHooks?: (hooks: { readonly load: Load }) => void };
  registerHooks?.({
    load: (url, context, next) => {
      if (url.startsWith('file:') && !url.includes('/node_modules/'))
        files.add(fileURLToPath(url.split('?')[0]!));
      return next(url, context);
    },
  });
  return files;
}
