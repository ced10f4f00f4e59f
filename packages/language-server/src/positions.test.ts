import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionList, Hover, Location } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { sampledUnlessAll } from '../../../tools/test-scope.js';
import { TestClient } from './testing/client.fixture.js';
import { gitClubFiles, projectFolder } from './testing/project-folder.fixture.js';
import { writtenNames, type WrittenName } from './testing/written-names.fixture.js';

const files = gitClubFiles();
const policies = Object.fromEntries(Object.entries(files).filter(([name]) => name.startsWith('src/policy/')));

/** A rule that is being typed, in front of a policy or behind it. */
const broken = 'has_role(user: User, "🦊", issue: Issue) if\n  issue.repository.\n\n';

const variants: readonly (readonly [string, (text: string) => string])[] = [
  ['the policies of GitClub', (text) => text],
  ['the policies with line breaks of Windows and emoji', (text) => `# 🦊\n${text}`.replaceAll('\n', '\r\n')],
  ['policies below a rule that is being typed', (text) => broken + text],
  ['policies above a rule that is being typed', (text) => `${text}\n${broken}`],
];

let client: TestClient;
beforeAll(async () => {
  client = await TestClient.start(projectFolder(files), { isTrusted: true, checkTests: false });
  for (const [name, text] of Object.entries(policies)) await client.open(name, text);
}, 120_000);
afterAll(() => client.stop());

describe.each(variants)('in %s, a name', (title, change) => {
  const texts = Object.fromEntries(Object.entries(policies).map(([name, text]) => [name, change(text)]));
  const documents = new Map(
    Object.entries(texts).map(([name, text]) => [name, TextDocument.create('', '', 0, text)]),
  );
  // The names of the rule that is being typed have their own tests.
  const names = writtenNames(policies).map((name) => movedTo(name, change));
  const offsets = (found: readonly Location[]): readonly string[] =>
    found
      .map(({ uri, range }) => {
        const file = uri.slice(client.uri('').length);
        return `${file} ${documents.get(file)?.offsetAt(range.start)}`;
      })
      .toSorted();

  it('is one of more than 180, so that the four texts have 700', () => {
    expect(names.length).toBeGreaterThan(180);
  });

  it('has the definition, the places, the description and the completion that its form tells', async () => {
    for (const [name, text] of Object.entries(texts)) await client.change(name, text);
    const start = variants.findIndex(([each]) => each === title);
    const wrong: string[] = [];
    for (const { file, start: at, text, definition, places, hover } of sampledUnlessAll(
      names,
      20,
      start * 5,
    )) {
      const document = documents.get(file)!;
      const position = document.positionAt(at + 1);
      const own = `${file} ${at}`;
      const expectThat = (answer: string, isRight: boolean): void =>
        void (isRight || wrong.push(`${answer} of ${text} at ${own}`));
      const isSame = (found: readonly string[], wanted: readonly string[]): boolean =>
        found.join('|') === wanted.toSorted().join('|');

      const defined = offsets(await client.at<Location[]>('definition', file, position));
      expectThat(
        'definition',
        isSame(
          defined,
          definition.map((each) => `${each.file} ${each.start}`),
        ),
      );
      const context = { includeDeclaration: true };
      const references = offsets(await client.at<Location[]>('references', file, position, { context }));
      const areComplete =
        places === undefined ||
        isSame(
          references,
          places.map((each) => `${file} ${each}`),
        );
      expectThat('references', references.includes(own) && areComplete);
      const described = await client.at<Hover | null>('hover', file, position);
      const description = (described?.contents as { value?: string } | undefined)?.value ?? '';
      expectThat('hover', description.includes(hover ?? text));
      const completions = await client.at<CompletionList>('completion', file, document.positionAt(at));
      expectThat(
        'completion',
        completions.items.some(({ label }) => label === text),
      );
    }
    expect(wrong).toEqual([]);
  }, 300_000);
});

/** Returns a name with the places of a changed text. */
function movedTo(name: WrittenName, change: (text: string) => string): WrittenName {
  const mark = '\u0001';
  const moved = (file: string, start: number): number => {
    const text = policies[file]!;
    return change(text.slice(0, start) + mark + text.slice(start)).indexOf(mark);
  };
  return {
    ...name,
    start: moved(name.file, name.start),
    definition: name.definition.map(({ file, start }) => ({ file, start: moved(file, start) })),
    places: name.places?.map((start) => moved(name.file, start)),
  };
}
