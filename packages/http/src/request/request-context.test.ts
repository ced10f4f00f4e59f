import { Authorizer, type CheckContext, type Decision } from '@nanook/core';
import { describe, expect, it, vi } from 'vitest';
import { RequestAuthorization } from './request-authorization.js';
import { RequestContext } from './request-context.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${spanId}-01`;

const read = ({ requestId, traceId: trace, spanId: span, tenant }: CheckContext) => ({
  requestId,
  traceId: trace,
  spanId: span,
  tenant,
});
const nothing = { requestId: undefined, traceId: undefined, spanId: undefined, tenant: undefined };

describe('the context of a request', () => {
  it('contains the ids of the headers', () => {
    const headers = { 'x-request-id': 'abc-1', traceparent };
    expect(read(new RequestContext({ headers }))).toEqual({
      ...nothing,
      requestId: 'abc-1',
      traceId,
      spanId,
    });
  });

  it('prefers the id of the framework, and the context of the application to both', () => {
    const headers = { 'x-request-id': 'abc-1', traceparent };
    expect(new RequestContext({ headers, id: 17 }).requestId).toBe('17');
    let calls = 0;
    const given = () => {
      calls++;
      return { requestId: 'own', tenant: 'acme' };
    };
    const context = new RequestContext({ headers, id: 17, given });
    expect(calls).toBe(0);
    expect(read(context)).toEqual({ requestId: 'own', traceId, spanId, tenant: 'acme' });
    expect(calls).toBe(1);
  });

  it.each([
    ['an empty id', { 'x-request-id': '' }],
    ['a long id', { 'x-request-id': 'a'.repeat(129) }],
    ['an id with a line break', { 'x-request-id': 'a\nb' }],
    ['several ids', { 'x-request-id': ['a', 'b'] }],
    ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-${spanId}-01` }],
    ['a span of zeros', { traceparent: `00-${traceId}-${'0'.repeat(16)}-01` }],
    ['the forbidden version of a trace', { traceparent: `ff-${traceId}-${spanId}-01` }],
    ['a short trace', { traceparent: `00-${traceId.slice(1)}-${spanId}-01` }],
    ['a trace in capitals', { traceparent: `00-${traceId.toUpperCase()}-${spanId}-01` }],
    ['no headers', undefined],
  ])('ignores %s', (_name, headers) => {
    expect(read(new RequestContext({ headers }))).toEqual(nothing);
  });

  it('accepts a trace of a later version', () => {
    const headers = { traceparent: `01-${traceId}-${spanId}-01-more` };
    expect(new RequestContext({ headers })).toMatchObject({ traceId, spanId });
  });

  it('reaches the decision of each check of the request', async () => {
    const decisions: Decision[] = [];
    const authorizer = await Authorizer.load({
      policies: 'allow(_, "read", _); allow_field(_, "read", _, "name"); allow_request(_, _);',
      onDecision: (decision) => decisions.push(decision),
    });
    const context = new RequestContext({ headers: { 'x-request-id': 'abc-1' } });
    const authz = new RequestAuthorization(authorizer, { actor: () => 'ann', context: () => context });
    await authz.authorize('read', { id: 1 });
    await authz.can('write', { id: 1 });
    await authz.filter('read', [{ id: 2 }]);
    await authz.pick('read', { name: 'Ann' });
    await authz.authorizeRequest({});
    expect(decisions.map(({ kind }) => kind)).toEqual([
      'allow',
      'allow',
      'allow',
      'allow_field',
      'allow_request',
    ]);
    for (const decision of decisions) expect(decision.context?.requestId).toBe('abc-1');
  });

  it('creates no context for an authorizer without a log', async () => {
    const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _);' });
    const context = vi.fn<() => RequestContext>(() => new RequestContext({ headers: {} }));
    const authz = new RequestAuthorization(authorizer, { actor: () => 'ann', context });
    await authz.authorize('read', { id: 1 });
    expect(await authz.can('write', { id: 1 })).toBe(false);
    expect(context).not.toHaveBeenCalled();
  });
});
