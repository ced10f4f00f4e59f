import { site } from './addresses.ts';
import { markdownFileOf, type DocPage } from './doc-page.ts';
import { navigation, type NavigationGroup } from './navigation.ts';

/** Returns the index of the site for language models, in the form of llmstxt.org: each page of the navigation, as Markdown. */
export function llmsTxt(pages: readonly DocPage[]): string {
  const sections = navigation(pages).map(
    (group) => `## ${group.label}\n\n${linesOf(group, pages).join('\n')}\n`,
  );
  return `# Nanook

> An authorization library for Node. Its policies are written in Polar, live in the code base of the application, guard every route of Express, Fastify, Hono, Koa and
> NestJS, become conditions of database queries, and explain each decision.

Each page of the documentation is also a Markdown file: replace \`/\` at the end of its address by \`.md\`.

${sections.join('\n')}`;
}

function linesOf(group: NavigationGroup, pages: readonly DocPage[]): readonly string[] {
  return group.items.flatMap((item) => {
    if ('items' in item) return linesOf(item, pages);
    const page = pages.find(({ file }) => file === item.file);
    if (page === undefined) return [];
    const description =
      page.description.length > 200 ? `${page.description.slice(0, 197)}…` : page.description;
    return [
      `- [${page.title}](${new URL(markdownFileOf(page.file), site).href})${description && `: ${description}`}`,
    ];
  });
}
