import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { enterFolder, nanook, writeFiles } from '../../../cli/src/testing/run.fixture.js';
import { isPolicyName } from './file-names.js';
import { notes, sampleProject } from './load.fixture.js';
import { readFiles, toZip } from './project-files.js';
import { emptyProject } from './project-text.js';
import { printJson } from './print-json.js';
import { readJson } from './read-json.js';
import { fromFragment, maxFragment, toFragment } from './share.js';
import { unzipSync, strFromU8 } from 'fflate';

async function fragmentOf(value: unknown): Promise<string> {
  const stream = new Blob([typeof value === 'string' ? value : JSON.stringify(value)])
    .stream()
    .pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = Buffer.from(await new Response(stream).arrayBuffer());
  return `project=${bytes.toString('base64url')}`;
}

const valid = { policies: [['a.polar', '']], types: '{}', data: '{}', question: ['', '', ''] };

describe('a shared link', () => {
  it('returns the project that was shared, with texts of any language', async () => {
    const project = { ...notes, data: '{ "名": "✓ 漢字 😀" }', options: { undecided: 'deny' } };
    expect(await fromFragment(await toFragment(project))).toEqual(project);
    const club = sampleProject('gitclub');
    const fragment = await toFragment(club);
    expect(fragment.length).toBeLessThan(4_000);
    expect(await fromFragment(fragment)).toEqual(club);
  });

  it('cannot be made of a project that is too large for a link', async () => {
    const noise = Array.from({ length: 60_000 }, (_, i) => ((i * 2_654_435_761) >>> 7).toString(36)).join('');
    await expect(toFragment({ ...notes, data: noise })).rejects.toThrow('too large for a link');
  });

  it.each([
    ['no base64', 'project=%%%'],
    ['nothing', 'project='],
    ['no compressed data', 'project=AAAA'],
    ['more characters than allowed', `project=${'A'.repeat(maxFragment)}`],
  ])('is refused if it has %s', async (_name, fragment) => {
    await expect(fromFragment(fragment)).rejects.toThrow(/this link/);
  });

  it('unpacks at most half a megabyte, so that a short link cannot fill the memory', async () => {
    const bomb = await fragmentOf(' '.repeat(20_000_000));
    expect(bomb.length).toBeLessThan(maxFragment);
    await expect(fromFragment(bomb)).rejects.toThrow('too large');
  });

  it.each([
    ['not JSON', '{'],
    ['a list', []],
    ['no policy', { ...valid, policies: [] }],
    ['a policy that is a number', { ...valid, policies: [['a.polar', 1]] }],
    ['a path out of the project', { ...valid, policies: [['../a.polar', '']] }],
    ['another kind of file', { ...valid, policies: [['a.sh', '']] }],
    [
      'the same name twice',
      {
        ...valid,
        policies: [
          ['a.polar', ''],
          ['a.polar', ''],
        ],
      },
    ],
    ['too many policies', { ...valid, policies: Array.from({ length: 60 }, (_, i) => [`${i}.polar`, '']) }],
    ['types that are an object', { ...valid, types: {} }],
    ['a question of two parts', { ...valid, question: ['a', 'b'] }],
    ['options that are a text', { ...valid, options: 'x' }],
  ])('is refused if it contains %s', async (_name, value) => {
    await expect(fromFragment(await fragmentOf(value))).rejects.toThrow('damaged');
  });

  it('keeps only options that a page knows, so that a link cannot set others', async () => {
    const fragment = await fragmentOf({
      ...valid,
      options: { engine: 'source', limits: { timeoutMs: 1e9 }, undecided: 'deny' },
    });
    expect((await fromFragment(fragment)).options).toEqual({ undecided: 'deny' });
  });
});

describe('an exported project', () => {
  it('passes `nanook test` after it is unpacked', async () => {
    await enterFolder({});
    const files = unzipSync(toZip(sampleProject('folders')));
    await writeFiles(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)])),
    );
    expect(await nanook('test')).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 tests: 2 passed'),
    });
  });

  it('contains everything that an import needs to restore the project', () => {
    const project = sampleProject('folders');
    const read = readFiles([{ name: 'folders.zip', bytes: toZip(project) }], emptyProject);
    expect(read).toEqual({ ...project, question: emptyProject.question });
  });
});

describe('readFiles', () => {
  const file = (name: string, text: string) => ({ name, bytes: strToU8(text) });

  it('keeps the types and the data if only policies are given', () => {
    const read = readFiles([file('a.polar', 'f();')], notes);
    expect(read).toEqual({ ...notes, policies: [{ name: 'a.polar', source: 'f();' }] });
  });

  it.each([
    ['a picture', [file('a.png', 'x')], 'expected policies'],
    ['a configuration that is not JSON', [file('nanook.config.json', '{')], 'nanook.config.json: expected'],
    ['types in a module', [file('nanook.config.json', '{ "types": "src/types.ts" }')], 'src/types.ts'],
    ['a broken ZIP file', [file('a.zip', 'no')], 'not a ZIP file'],
    [
      'a path out of the project',
      [{ name: 'a.zip', bytes: zipSync({ '../../a.polar': strToU8('') }) }],
      'expected a name',
    ],
    ['two files of the same name', [file('a.polar', ''), file('a.polar', '')], 'same name'],
    ['too much', [{ name: 'a.zip', bytes: zipSync({ 'a.polar': new Uint8Array(3_000_000) }) }], 'at most'],
  ])('refuses %s', (_name, files, message) => {
    expect(() => readFiles(files, notes)).toThrow(message);
  });
});

it.each(['a.polar', 'policy/名.polar', 'a b/c-d.polar'])('isPolicyName accepts %s', (name) => {
  expect(isPolicyName(name)).toBe(true);
});

it.each([
  'a',
  '/a.polar',
  'a//b.polar',
  '../a.polar',
  'a/../b.polar',
  'a\\b.polar',
  ' a.polar',
  'a\n.polar',
  `${'a'.repeat(200)}.polar`,
])('isPolicyName refuses %j', (name) => {
  expect(isPolicyName(name)).toBe(false);
});

it.each([{}, { a: [] }, { a: { b: [1, 'x', null] }, c: 'long '.repeat(40) }, []])(
  'printJson writes %j so that it is read again',
  (value) => {
    expect(JSON.parse(printJson(value))).toEqual(value);
  },
);

it.each([
  ['{ "a": 1, }', 10, 'expected a name in quotes such as "id", found `}`'],
  ["{ 'a': 1 }", 2, 'expected a name in quotes such as "id", found `\'`'],
  ['{ "a" 1 }', 6, 'expected `:`, found `1`'],
  ['[1 2]', 3, 'expected `,` or `]`, found `2`'],
  ['{ "a": "b }', 7, 'expected a text that ends with `"` on its line, found `"`'],
  ['{} x', 3, 'expected the end of the text, found `x`'],
  ['', 0, 'expected a value, found the end of the text'],
])('readJson finds the mistake in %j at %i', (text, offset, message) => {
  expect(readJson(text)).toEqual({ value: undefined, offset, message });
});
