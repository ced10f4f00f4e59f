import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

const registersTypes = (file: string): boolean =>
  /'@nestjs\/graphql'|polar-type|examples\.fixture/.test(
    readFileSync(new URL(file, import.meta.url), 'utf8'),
  );

/** The test files that register types with `@PolarType` or `@ObjectType`, which all applications of a process share. */
export const isolatedTests = globSync('src/**/*.test.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .filter(registersTypes);
