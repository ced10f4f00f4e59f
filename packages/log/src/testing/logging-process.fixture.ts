import { Authorizer } from '@nanook/core';
import { writeSync } from 'node:fs';
import { decisionLog } from '../index.js';
import { jsonLines } from '../json-lines/index.js';

const [folder, mode] = process.argv.slice(2) as [string, string];
const log = decisionLog({ sinks: [jsonLines({ folder, maxBytes: 100_000 })], batchSize: 100, delayMs: 1 });
const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);', ...log.hooks });

let id = 0;
const checkMany = (n: number): void => {
  for (let i = 0; i < n; i++) authorizer.canSync('ann', 'read', { id: ++id });
};

if (mode === 'forever') {
  for (;;) {
    checkMany(50);
    // oxlint-disable-next-line no-await-in-loop -- the parent kills the process in between
    await log.flush();
    writeSync(1, `${id}\n`);
    checkMany(50);
  }
}
if (mode === 'exit at once') {
  checkMany(500);
  writeSync(1, `${id}\n`);
  process.exit(0);
}
checkMany(250);
// A batch is being written now.
await new Promise((resolve) => setTimeout(resolve, 1));
checkMany(250);
writeSync(1, `${id}\n`);
if (mode === 'throw') throw new Error('the application fails');
process.exit(0);
