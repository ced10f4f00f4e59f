import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeUrl, docsUrl } from './docs-url.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Manifest {
  readonly private?: boolean;
  readonly homepage?: string;
  readonly bugs?: string;
  readonly repository?: { readonly url: string; readonly directory: string };
}
const manifests = globSync('packages/*/package.json', { cwd: root })
  .map((file) => ({
    folder: file.replaceAll('\\', '/').replace('/package.json', ''),
    manifest: JSON.parse(readFileSync(`${root}${file}`, 'utf8')) as Manifest,
  }))
  .filter(({ manifest }) => manifest.private !== true);

describe('docsUrl and codeUrl', () => {
  it('return addresses of pages below the home page of the package', () => {
    const { homepage } = JSON.parse(readFileSync(`${root}packages/cli/package.json`, 'utf8')) as Manifest;
    expect(homepage).toMatch(/^https:.*\/$/);
    expect(docsUrl('guides/command-line/check')).toBe(`${homepage}guides/command-line/check/`);
    expect(codeUrl('POLAR_PARSE_TOO_DEEP')).toBe(`${homepage}reference/codes/polar_parse_too_deep/`);
  });
});

describe('the manifests of the published packages', () => {
  it('name the same site and the same repository', () => {
    expect(manifests.length).toBeGreaterThan(10);
    expect(new Set(manifests.map(({ manifest }) => manifest.homepage)).size).toBe(1);
    expect(new Set(manifests.map(({ manifest }) => manifest.bugs)).size).toBe(1);
    expect(new Set(manifests.map(({ manifest }) => manifest.repository?.url)).size).toBe(1);
  });

  it.each(manifests)('name the folder $folder in the repository', ({ folder, manifest }) => {
    expect(manifest.repository?.directory).toBe(folder);
  });
});
