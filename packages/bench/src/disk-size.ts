import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Returns the size of all files that the package `@nanook/core` contains when it is installed. The package must be built. */
export function diskSize(): number {
  const folder = fileURLToPath(new URL('../../core', import.meta.url));
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const [{ unpackedSize }] = JSON.parse(listed) as [{ readonly unpackedSize: number }];
  return unpackedSize;
}
