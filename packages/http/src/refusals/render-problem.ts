import { renderExplanationPage } from '@nanook/core';
import { prefersHtml } from './accept.js';
import type { Problem } from './problem.js';

/** A response that a framework can send. */
export interface Rendered {
  readonly status: number;
  /** The headers to remove: a failed handler may have set them for a body that is not sent. */
  readonly remove: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Renders a problem as HTML where the client prefers it, otherwise as `application/problem+json`.
 *
 * @param accept the `Accept` header of the request
 * @example
 * const { status, headers, body } = renderProblem(problem, req.headers.accept);
 * res.writeHead(status, headers).end(body);
 */
export function renderProblem(problem: Problem, accept?: string): Rendered {
  const html = prefersHtml(accept);
  const body = html ? page(problem) : JSON.stringify(problem);
  return {
    status: problem.status,
    remove: bodyHeaders,
    headers: {
      'Content-Type': html ? 'text/html; charset=utf-8' : 'application/problem+json',
      'Content-Length': String(new TextEncoder().encode(body).length),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
    body,
  };
}

const bodyHeaders = [
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Location',
];

function page({ title, status, detail, explanation }: Problem): string {
  if (explanation !== undefined)
    return renderExplanationPage(explanation, { title: `${status} ${title}`, note: detail });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${status} ${escape(title)}</title></head>
<body><h1>${escape(title)}</h1>${detail === undefined ? '' : `<p>${escape(detail)}</p>`}</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);
