import { prefersHtml } from './accept.js';
import type { Problem } from './problem.js';

/** A response, for a framework to send. */
export interface Rendered {
  readonly status: number;
  /** What a handler that failed may have set for the body that it did not send. */
  readonly remove: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param accept the request's `Accept` header: HTML where it is preferred, else `application/problem+json` */
export function renderProblem(problem: Problem, accept?: string): Rendered {
  const html = prefersHtml(accept);
  const body = html ? page(problem) : JSON.stringify(problem);
  return {
    status: problem.status,
    remove: headersOfABody,
    headers: {
      'Content-Type': html ? 'text/html; charset=utf-8' : 'application/problem+json',
      'Content-Length': String(Buffer.byteLength(body)),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
    body,
  };
}

const headersOfABody = [
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Location',
];

const page = ({ title, status, detail }: Problem): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${status} ${escape(title)}</title></head>
<body><h1>${escape(title)}</h1>${detail === undefined ? '' : `<p>${escape(detail)}</p>`}</body>
</html>
`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);
