// Builds `dist/nanook.vsix`: npm run build.
import { fileURLToPath } from 'node:url';
import { buildVsix } from './build-vsix.ts';

await buildVsix(fileURLToPath(new URL('../../dist/', import.meta.url)));
