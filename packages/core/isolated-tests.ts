import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const tests = globSync('src/**/*.test.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
const testsWith = (text: string): string[] =>
  tests.filter((file) => readFileSync(new URL(file, import.meta.url), 'utf8').includes(text));

/** The test files that replace a module, and so need modules of their own. */
export const isolatedTests = testsWith('vi.mock(');

/** The test files in which each function has its final code from the second call on. */
export const finalCodeTests = testsWith('final-code.fixture');
