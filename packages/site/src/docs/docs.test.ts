import { describe, expect, it } from 'vitest';
import { allCodes } from '../../../cli/src/codes/all-codes.js';
import { codeUrl, docsUrl } from '../../../cli/src/codes/docs-url.js';
import { site } from './addresses.ts';
import { docPage, pathOf } from './doc-page.ts';
import { docPages } from './doc-pages.ts';
import { llmsTxt } from './llms-txt.ts';
import { partsOf } from './markdown.ts';
import { navigation } from './navigation.ts';
import { rewriteLinks } from './rewrite-links.ts';

const pages = docPages('missing');
const addresses = new Set(pages.map(({ file }) => site.href + pathOf(file)));

describe('the pages of the site', () => {
  it('contain a page at the address that the command line prints for each code', async () => {
    const codes = (await allCodes()).map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(200);
    expect(codes.filter((code) => !addresses.has(codeUrl(code)))).toEqual([]);
  });

  it('contain the page at the address that `nanook check --help` prints', () => {
    expect(addresses).toContain(docsUrl('guides/command-line/check'));
  });

  it('have a title and a description', () => {
    expect(pages.filter(({ title }) => title === '')).toEqual([]);
    expect(pages.filter(({ description }) => description === '').map(({ file }) => file)).toEqual([]);
  });

  it('link to their file in the repository, unless they are generated', () => {
    const editPath = (file: string) => pages.find((page) => page.file === file)!.editPath;
    expect(editPath('guides/express/actor.md')).toBe('docs/guides/express/actor.md');
    expect(editPath('reference/errors.md')).toBeUndefined();
    expect(editPath('reference/codes/polar_parse_too_deep.md')).toBeUndefined();
  });
});

describe('the navigation', () => {
  it('throws when a page has no place in it', () => {
    const lost = docPage('guides/lost/page.md', 'guides/lost/page.md', '# Lost\n');
    expect(() => navigation([...pages, lost])).toThrow('add docs/guides/lost/page.md');
  });

  it('has a place for each page', () => {
    expect(() => navigation(pages)).not.toThrow();
  });

  it('names each library that readers come from', () => {
    const labels = navigation(pages)
      .find(({ label }) => label === 'Coming from …')!
      .items.map(({ label }) => label);
    expect(labels).toEqual(
      expect.arrayContaining(['oso', 'CASL', 'nest-casl', 'Casbin', 'Oso Cloud', 'accesscontrol']),
    );
  });

  it('gives llms.txt its order and its links to Markdown', () => {
    const text = llmsTxt(pages);
    expect(text).toContain(`(${site.href}guides/express/actor.md)`);
    expect(text).toContain(`(${site.href}guides/command-line.md)`);
    expect(text.length / pages.length).toBeLessThan(400);
  });
});

describe('a link of a page', () => {
  const page = (file: string) => docPage(file, file, '# Title\n');
  const inHtml = (link: string, file = 'guides/express/actor.md') =>
    rewriteLinks(`[x](${link})`, page(file), 'html');
  const inMarkdown = (link: string, file = 'guides/express/actor.md') =>
    rewriteLinks(`[x](${link})`, page(file), 'markdown');

  it('leads to the address of another page, relative to its own address', () => {
    expect(inHtml('../policies/roles.md#roles')).toBe('[x](../../policies/roles/#roles)');
    expect(inHtml('../../README.md')).toBe('[x](../../../docs/)');
    expect(inHtml('check.md', 'guides/command-line/README.md')).toBe('[x](check/)');
  });

  it('leads to the page of a code, also from the page of all codes', () => {
    expect(inHtml('../../reference/codes.md#polar_parse_too_deep')).toBe(
      '[x](../../../reference/codes/polar_parse_too_deep/)',
    );
    expect(inHtml('#polar_parse_too_deep', 'reference/codes.md')).toBe('[x](polar_parse_too_deep/)');
  });

  it('leads to the repository when it leaves docs/', () => {
    expect(inHtml('../../../packages/core/src/syntax')).toMatch(
      /\/nanook\/tree\/main\/packages\/core\/src\/syntax\)$/,
    );
    expect(inMarkdown('../../../LICENSE')).toMatch(/\/nanook\/blob\/main\/LICENSE\)$/);
  });

  it('throws when it leaves docs/ and leads to no file', () => {
    expect(() => inHtml('../../../packages/none')).toThrow('docs/guides/express/actor.md: the link');
  });

  it('stays as it is when it leads to another host or to a heading of its own page', () => {
    expect(inHtml('https://example.com/a.md')).toBe('[x](https://example.com/a.md)');
    expect(inHtml('#next-steps')).toBe('[x](#next-steps)');
  });

  it('leads to the Markdown of another page in the Markdown of a page', () => {
    expect(inMarkdown('../policies/roles.md#roles')).toBe('[x](../policies/roles.md#roles)');
    expect(inMarkdown('../command-line/README.md')).toBe('[x](../command-line.md)');
  });
});

describe('partsOf', () => {
  it('separates text from blocks of code, and leaves out comments with the blocks in them', () => {
    const text = 'a\n\n```ts\n// <!-- not a comment\n```\n\n<!--\n```ts run\nhidden();\n```\n-->\n\nb\n';
    expect(partsOf(text)).toEqual([
      { kind: 'text', text: 'a\n\n' },
      { kind: 'fence', text: '```ts\n// <!-- not a comment\n```\n' },
      { kind: 'text', text: '\n' },
      { kind: 'text', text: '\nb\n' },
    ]);
  });
});
