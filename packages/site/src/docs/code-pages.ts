import { docPage, type DocPage } from './doc-page.ts';

const origin = 'reference/codes.md';

/** Splits the page of all codes into one page for each code, and an index of their names and messages. */
export function codePages(markdown: string): readonly DocPage[] {
  const [intro = '', ...families] = markdown.split(/^(?=## )/m);
  const pages = families.flatMap((family) => sectionsOf(family).map(codePage));
  const index = [intro, ...families.map(familyIndex)].join('');
  return [docPage(origin, origin, index), ...pages];
}

/** Returns the sections of the codes of a family. */
const sectionsOf = (family: string): readonly string[] => family.split(/^(?=### )/m).slice(1);

function codePage(section: string): DocPage {
  const code = codeOf(section);
  const file = `reference/codes/${code.toLowerCase()}.md`;
  const body = section.replace(/^### .*\n+/, '').trimEnd();
  const [first = '', ...more] = body.split(/\n{2,}/);
  const text = [
    ...more,
    first,
    `In a terminal, \`nanook code ${code}\` prints the same. The [index of codes](codes.md) lists all errors, warnings and lints.`,
  ].join('\n\n');
  const page = docPage(
    file,
    origin,
    `# ${code}\n\n${text.replaceAll('Example:\n', '## Example\n').replaceAll('Corrected:\n', '## Corrected\n')}\n`,
  );
  return { ...page, editPath: undefined, description: messageOf(section) };
}

function familyIndex(family: string): string {
  const [title = ''] = family.split('\n', 1);
  const rows = sectionsOf(family).map((section) => {
    const code = codeOf(section);
    return `| [\`${code}\`](codes.md#${code.toLowerCase()}) | ${messageOf(section).replaceAll('<', '&lt;').replaceAll('|', '\\|')} |`;
  });
  return `${title}\n\n| code | message of the example |\n| --- | --- |\n${rows.join('\n')}\n\n`;
}

const codeOf = (section: string): string => /^### (\w+)/.exec(section)![1]!;

/** Returns the first line of the message of a code. */
function messageOf(section: string): string {
  const message = /^(?:> |```text\n)(.*)$/m.exec(section);
  return message?.[1]?.replaceAll('&lt;', '<') ?? '';
}
