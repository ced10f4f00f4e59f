// Runs around each test file: the files of a worker share its process, and each finds the working directory and the environment as they were.
import { afterAll } from 'vitest';

const folder = process.cwd();
const environment = { ...process.env };

afterAll(() => {
  process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
