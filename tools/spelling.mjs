// Checks the spelling of documentation, sources, messages and test names with cspell: American English, and the terms in
// tools/spelling/words.txt. The list is sorted and holds only terms that the repository uses. A file names the words that it
// misspells on purpose in a comment: `cspell:ignore` and the words.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const list = 'tools/spelling/words.txt';
const words = readFileSync(new URL(`../${list}`, import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

if (words.join() !== [...new Set(words)].toSorted((a, b) => (a < b ? -1 : 1)).join())
  fail(`${list} must be sorted, each word in it once and in lower case`);

const git = [
  'grep',
  '--ignore-case',
  '--only-matching',
  '--no-filename',
  '--extended-regexp',
  words.join('|'),
];
const { stdout } = spawnSync('git', [...git, '--', `:!${list}`, ':!pnpm-lock.yaml'], {
  cwd,
  encoding: 'utf8',
});
const used = new Set(stdout?.toLowerCase().split('\n'));
// Outside a git repository nothing is found.
const unused = used.size > 1 ? words.filter((word) => !used.has(word)) : [];
if (unused.length > 0) fail(`${list} has words that no file uses: ${unused.join(', ')}`);

const cspell = fileURLToPath(import.meta.resolve('cspell/bin'));
const options = ['--no-progress', '--no-summary', '--show-suggestions', '.'];
const { status } = spawnSync(process.execPath, [cspell, ...options], { cwd, stdio: 'inherit' });
if (status !== 0) fail(`Correct the spelling, or add the term to ${list}.`);
