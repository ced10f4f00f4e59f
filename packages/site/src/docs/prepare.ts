// Writes the pages of docs/ in the form that Starlight reads to src/content/docs/, and their Markdown and pictures to public/.
// Both folders are written anew for each build.
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base, sourceUrl } from './addresses.ts';
import { renderDiagram } from './diagrams.ts';
import { markdownFileOf, type DocPage } from './doc-page.ts';
import { docPages } from './doc-pages.ts';
import { llmsTxt } from './llms-txt.ts';
import { partsOf } from './markdown.ts';
import { pictureHtml, screenshotHtml, themedName, themedPicture } from './pictures.ts';
import { rewriteLinks } from './rewrite-links.ts';
import { root } from './root.ts';

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
const content = `${packageFolder}src/content/docs/`;
const publicFolder = `${packageFolder}public/`;
const docs = `${root}docs/`;

/** The playground, whose built files the site serves below `playground/`. */
const playground = `${root}packages/playground/`;
const isPlaygroundBuilt = existsSync(`${playground}dist/index.html`);

/** Writes all pages, and returns them. */
export function prepare(): readonly DocPage[] {
  for (const folder of [content, publicFolder]) rmSync(folder, { recursive: true, force: true });
  const pages = docPages(`${packageFolder}api`);
  for (const page of pages) {
    write(`${content}${contentFile(page.file)}`, starlightPage(page));
    write(`${publicFolder}${markdownFileOf(page.file)}`, markdownPage(page));
  }
  for (const file of globSync('**/*.svg', { cwd: docs })) {
    const { light, dark } = themedPicture(readFileSync(docs + file, 'utf8'));
    write(publicFolder + file, readFileSync(docs + file, 'utf8'));
    write(publicFolder + themedName(file, 'light'), light);
    write(publicFolder + themedName(file, 'dark'), dark);
  }
  for (const file of globSync('**/*.png', { cwd: docs })) copyFileSync(docs + file, publicFolder + file);
  write(`${publicFolder}llms.txt`, llmsTxt(pages));
  copyFileSync(`${packageFolder}src/assets/favicon.svg`, `${publicFolder}favicon.svg`);
  if (isPlaygroundBuilt) cpSync(`${playground}dist`, `${publicFolder}playground`, { recursive: true });
  else console.warn('packages/playground is not built: the site has no links to the playground');
  return pages;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Returns the file of a page in the folder of Starlight, where `index.md` is the page of a folder. */
const contentFile = (file: string): string =>
  file === 'README.md' ? 'docs.md' : file.replace(/README\.md$/, 'index.md');

function starlightPage(page: DocPage): string {
  const data = {
    title: page.title,
    description: page.description,
    editUrl: page.editPath === undefined ? false : sourceUrl(page.editPath).replace('/blob/', '/edit/'),
  };
  const lines = Object.entries(data).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  let diagrams = 0;
  const body = partsOf(page.body).map(({ kind, text }) => {
    if (kind === 'text') return withPictures(rewriteLinks(text, page, 'html'), page);
    const mermaid = /^```mermaid\n([\s\S]*)^```/m.exec(text);
    return mermaid === null ? starlightFence(text) : renderDiagram(mermaid[1]!, `diagram-${diagrams++}`);
  });
  return `---\n${lines.join('\n')}\n---\n\n${playgroundLink(page)}${body.join('')}\n`;
}

/** Returns the link to the playground for its page, and for a recipe if the playground has a sample of its name. */
function playgroundLink({ origin }: DocPage): string {
  if (isPlaygroundBuilt && origin === 'guides/playground.md')
    return `[Open the playground](${base}playground/)\n\n`;
  const [, name] = /^guides\/recipes\/([\w-]+)\.md$/.exec(origin) ?? [];
  return isPlaygroundBuilt && name !== undefined && existsSync(`${playground}samples/${name}`)
    ? `[Open this policy in the playground](${base}playground/#${name})\n\n`
    : '';
}

/** Turns the first line that names a file, such as `// file: app.ts`, into the title of the block, and leaves out marks for our tests. */
const starlightFence = (text: string): string =>
  text
    .replace(/^( *```[\w-]+)(?: (?:fragment|run|result|varying|empty))+$/m, '$1')
    .replace(/^( *```[\w-]+)\n *(?:\/\/|#|--) file: (\S+)\n/, '$1 title="$2"\n');

const withPictures = (text: string, page: DocPage): string =>
  text.replace(/^!\[([^\]]*)\]\((\S+\.(svg|png))\)$/gm, (_, alt: string, src: string, kind: string) => {
    const file = readFileSync(`${docs}${dirname(page.origin)}/${src.split('/').at(-1)!}`);
    return kind === 'png' ? screenshotHtml(alt, src, file) : pictureHtml(alt, src, file.toString());
  });

const markdownPage = (page: DocPage): string =>
  `# ${page.title}\n\n${partsOf(page.body)
    .map(({ kind, text }) => (kind === 'text' ? rewriteLinks(text, page, 'markdown') : text))
    .join('')}\n`;
