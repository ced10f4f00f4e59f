// `npm run demo -- --framework koa --serve`: builds the packages, then runs GitClub on one of the frameworks. Everything but
// the framework is for the demo itself.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const frameworks = ['express', 'koa', 'nestjs'];
const root = fileURLToPath(new URL('..', import.meta.url));

const { framework, rest } = argumentsOf(process.argv.slice(2));
if (!frameworks.includes(framework)) {
  console.error(`There is no demo on "${framework}". Choose one: --framework ${frameworks.join(' | ')}`);
  process.exit(1);
}
pnpm('run', 'x:build');
pnpm('--filter', `@nanook/example-gitclub-${framework}`, 'run', 'demo', ...rest);

/** Which framework, and what is for the demo: `parseArgs` would have to know that, too. */
function argumentsOf(given) {
  let framework = 'express';
  const rest = [];
  for (let i = 0; i < given.length; i++) {
    const [name, value] = given[i].split('=', 2);
    if (name === '--framework') framework = value ?? given[++i] ?? '';
    else if (name !== '--') rest.push(given[i]); // npm drops it, pnpm does not
  }
  return { framework, rest };
}

function pnpm(...args) {
  const { status, error } = spawnSync('pnpm', ['--silent', ...args], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}
