import { ForbiddenError, NotFoundError, PolarError, UnauthenticatedError } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { prefersHtml } from './accept.js';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { isInternalError, problemOf } from './problem.js';
import { renderProblem } from './render-problem.js';

describe('problemOf', () => {
  it('returns only the status of a refusal', () => {
    expect(
      [new UnauthenticatedError(), new ForbiddenError('delete'), new NotFoundError('read')].map(problemOf),
    ).toEqual([
      { type: 'about:blank', title: 'Unauthorized', status: 401 },
      { type: 'about:blank', title: 'Forbidden', status: 403 },
      { type: 'about:blank', title: 'Not Found', status: 404 },
    ]);
  });

  it('returns a plain 500 for an internal error', () => {
    const bare = { type: 'about:blank', title: 'Internal Server Error', status: 500 };
    expect(problemOf(new PolarError('POLAR_LOAD_NO_POLICY', {}))).toEqual(bare);
    expect(problemOf(new AuthorizationConfigError('NANOOK_HTTP_NO_RESOURCE', {}))).toEqual(bare);
  });

  it('returns a 400 for an invalid cursor, which is not an error of the server', () => {
    const error = new PolarError('POLAR_LIST_CURSOR', { reason: 'it is not the `next` of a page' });
    expect(problemOf(error)).toEqual({ type: 'about:blank', title: 'Bad Request', status: 400 });
    expect(isInternalError(error)).toBe(false);
  });

  it('returns undefined for other errors', () => {
    for (const other of [
      new Error('x'),
      Object.assign(new Error('y'), { status: 403 }),
      null,
      undefined,
      'no',
    ])
      expect(problemOf(other)).toBeUndefined();
  });
});

describe('renderProblem', () => {
  it('escapes text of the application in HTML', () => {
    const { body, headers } = renderProblem(
      { type: 'about:blank', title: 'Forbidden', status: 403, detail: '<script>"&' },
      'text/html',
    );
    expect(body).toContain('<p>&lt;script&gt;&quot;&amp;</p>');
    expect(headers['Content-Type']).toBe('text/html; charset=utf-8');
  });
});

describe('prefersHtml', () => {
  it.each([
    [undefined, false],
    ['*/*', false],
    ['', false],
    ['application/json', false],
    ['application/json, text/html', false],
    ['text/html', true],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['application/json;q=0.5, text/html;q=0.9', true],
    ['text/*, application/json;q=0.1', true],
    ['text/html;q=0, */*', false],
    ['TEXT/HTML', true],
    ['text/html;q=nonsense', false],
    ['image/png', false],
  ])('returns, for the header %s, %s', (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected);
  });
});
