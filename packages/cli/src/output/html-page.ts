import { escapeXml } from './xml.js';

/** The parts of a page. `styles` and `body` are CSS and HTML; `title` is text. */
export interface HtmlPage {
  readonly title: string;
  readonly styles: string;
  readonly body: string;
}

/** Returns a page that is complete in itself: it has no scripts and loads nothing. The title is also its first heading. */
export const htmlPage = ({ title, styles, body }: HtmlPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title>
<style>${styles}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
${body}
</main>
</body>
</html>
`;
