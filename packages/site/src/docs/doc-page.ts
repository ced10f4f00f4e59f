import { plainText } from './markdown.ts';

/** A page of the site that is written in Markdown. */
export interface DocPage {
  /** The file of the page, relative to `docs/`, such as `guides/express/actor.md`. Some files exist on the site only. */
  readonly file: string;
  /** The file that its links are relative to. */
  readonly origin: string;
  /** The file of the repository that a reader edits; undefined for a generated page. */
  readonly editPath: string | undefined;
  readonly title: string;
  /** The first paragraph, without formatting. */
  readonly description: string;
  /** The Markdown below the title. */
  readonly body: string;
}

/** Returns the page with this Markdown, whose title is its first heading. */
export function docPage(file: string, origin: string, markdown: string): DocPage {
  const heading = /^# (.+)\n/m.exec(markdown);
  if (heading === null) throw new Error(`docs/${origin}: expected a title, such as "# Title", found none`);
  const body = markdown.slice(heading.index + heading[0].length).trim();
  const editPath = markdown.startsWith('<!-- Generated') ? undefined : `docs/${origin}`;
  return { file, origin, editPath, title: plainText(heading[1]!), description: descriptionOf(body), body };
}

/** Returns the path of a page on the site, without `/` at its start: `guides/express/actor/`. */
export function pathOf(file: string): string {
  if (file === 'README.md') return 'docs/';
  return file.replace(/README\.md$/, '').replace(/\.md$/, '/');
}

/** Returns the first paragraph of text, or an empty string. */
function descriptionOf(body: string): string {
  const paragraph = body.split(/\n{2,}/).find((block) => /^[A-Za-z`[*]/.test(block));
  return paragraph === undefined ? '' : plainText(paragraph.replaceAll('\n', ' '));
}

/** Returns the file of the Markdown of a page: its path with `.md` for the last `/`. */
export const markdownFileOf = (file: string): string => `${pathOf(file).slice(0, -1)}.md`;
