import { readFileSync } from 'node:fs';
import checks from './checks.cjs';

const loaded = {};
for (const entry of JSON.parse(readFileSync('entries.json', 'utf8'))) loaded[entry] = await import(entry);
await checks[process.argv[2]](loaded, (name) => import(name));
