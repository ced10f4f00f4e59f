/** A part of a Markdown text: a fenced block of code, or the text between two of them. */
export interface MarkdownPart {
  readonly kind: 'fence' | 'text';
  readonly text: string;
}

/** Splits a Markdown text into its fenced blocks and the text between them. Leaves out HTML comments, which readers do not see. */
export function partsOf(markdown: string): readonly MarkdownPart[] {
  const parts: MarkdownPart[] = [];
  // A comment can contain fences, and a fence can contain `<!--`: the first one that opens wins.
  const pattern = /^<!--[\s\S]*?-->\n?|^( *)(```+)[^\n]*\n[\s\S]*?^\1\2 *$\n?/gm;
  let end = 0;
  const addText = (text: string) => {
    if (text !== '') parts.push({ kind: 'text', text });
  };
  for (const match of markdown.matchAll(pattern)) {
    addText(markdown.slice(end, match.index));
    if (!match[0].startsWith('<!--')) parts.push({ kind: 'fence', text: match[0] });
    end = match.index + match[0].length;
  }
  addText(markdown.slice(end));
  return parts;
}

/** Returns the text of a line of Markdown without its formatting. */
export const plainText = (markdown: string): string =>
  markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replaceAll('&lt;', '<')
    .trim();
