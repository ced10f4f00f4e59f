// Writes the grammar to the file that the package publishes: `node packages/grammar/src/write.ts && pnpm format`.
import { writeFileSync } from 'node:fs';
import { grammar } from './grammar.ts';

writeFileSync(new URL('../polar.tmLanguage.json', import.meta.url), `${JSON.stringify(grammar, null, 2)}\n`);
