import { renderMermaidSVG } from 'beautiful-mermaid';

/** Renders the text of a Mermaid diagram as a figure, whose colors come from src/styles/site.css. */
export function renderDiagram(text: string, id: string): string {
  const svg = renderMermaidSVG(text, { padding: 12, nodeSpacing: 20, layerSpacing: 28 })
    // The library adds a font from another host, and the colors of one theme.
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/^(<svg [^>]*?) style="[^"]*"/, '$1 role="img" aria-label="Diagram"')
    .replaceAll(/(id="|url\(#)(?=arrow|[a-z])/g, `$1${id}-`)
    .replaceAll(/\n\s*/g, '');
  return `<figure class="diagram">${svg}</figure>\n`;
}
