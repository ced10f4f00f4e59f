import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The test files that replace a module, and so need modules of their own. */
export const isolatedTests = globSync('src/**/*.test.ts', { cwd: root })
  .filter((file) => readFileSync(new URL(file, import.meta.url), 'utf8').includes('vi.mock('))
  .map((file) => file.replaceAll('\\', '/'));
