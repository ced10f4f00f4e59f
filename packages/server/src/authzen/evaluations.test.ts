import { describe, expect, it, vi } from 'vitest';
import {
  answerOf,
  certifiedServer,
  loadFixture,
  post,
  types,
  users,
} from '../testing/certification.fixture.js';

const server = await certifiedServer();
const path = '/access/v1/evaluations';
const read = (id: string) => ({ resource: { type: 'record', id } });
const defaults = { subject: { type: 'user', id: 'alice' }, action: { name: 'read' } };
const [allowed, denied] = [{ decision: true }, { decision: false }];
const batch = (items: unknown[], semantic?: string) => ({
  ...defaults,
  evaluations: items,
  ...(semantic !== undefined && { options: { evaluations_semantic: semantic } }),
});

describe('a batch', () => {
  it.each([
    [undefined, [allowed, denied, allowed]],
    ['execute_all', [allowed, denied, allowed]],
    ['deny_on_first_deny', [allowed, denied]],
    ['permit_on_first_permit', [allowed]],
  ])('with the semantic %s has the decided items', async (semantic, evaluations) => {
    const request = batch([read('record-1'), read('record-2'), read('record-1')], semantic);
    expect(await answerOf(server, path, request)).toEqual({ evaluations });
  });

  it('replaces a default as a whole, also one that is not valid by itself', async () => {
    const request = {
      ...defaults,
      resource: {},
      evaluations: [
        read('record-1'),
        // The default subject has no property of this item, and this subject has no role of the default.
        { ...read('record-2'), action: { name: 'write' }, subject: { type: 'user', id: 'bob' } },
      ],
    };
    expect(await answerOf(server, path, request)).toEqual({ evaluations: [allowed, allowed] });
  });

  it.each([[undefined], [[]]])('with the items %j is a single evaluation', async (evaluations) => {
    expect(await answerOf(server, path, { ...defaults, ...read('record-1'), evaluations })).toEqual(allowed);
  });

  it('loads no rows after the end of the time', async () => {
    const loaded: string[] = [];
    const slow = await certifiedServer({
      limits: { timeoutMs: 20 },
      entities: {
        user: { type: 'User', find: (id) => users.find((user) => user.id === id) },
        record: {
          type: 'Record',
          find: (id) => {
            loaded.push(id);
            return new Promise<never>(() => {});
          },
        },
      },
    });
    const items = ['a', 'b', 'c'].map(read);
    const late = { status: 503, message: 'the decision took too long' };
    expect(await answerOf(slow, path, batch(items, 'permit_on_first_permit'))).toEqual({
      evaluations: items.map(() => ({ decision: false, context: { error: late } })),
    });
    expect(loaded).toEqual(['a']);
  });

  it('fails only the items that are not valid', async () => {
    const items = [read('record-1'), 5, { resource: { type: 'record' } }, { ...read('x'), subject: null }];
    const failed = (message: string) => ({ decision: false, context: { error: { status: 400, message } } });
    expect(await answerOf(server, path, batch(items))).toEqual({
      evaluations: [
        allowed,
        failed('an item of `evaluations` must be an object'),
        failed('`resource.id` is missing'),
        failed('`subject` must be an object'),
      ],
    });
  });

  it('denies an item whose check fails, and does not show the error', async () => {
    const onError = vi.fn<() => void>();
    const authorizer = await loadFixture({
      policies: 'allow(_: User, _: Action, record: Record) if record.status = "active" or Broken.fail();',
      types,
      constants: {
        Broken: {
          fail: () => {
            throw new Error('password of the database');
          },
        },
      },
    });
    const failing = await certifiedServer({ authorizer, onError });
    const answer = await answerOf(failing, path, batch([read('record-2'), read('record-1')]));
    expect(answer).toEqual({
      evaluations: [
        { decision: false, context: { error: { status: 500, message: 'internal error' } } },
        allowed,
      ],
    });
    const single = await post(failing, '/access/v1/evaluation', { ...defaults, ...read('record-2') });
    expect([single.status, await single.text()]).toEqual([500, 'internal error']);
    expect(onError).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['`evaluations` must be a list', { evaluations: {} }],
    ['`evaluations` must have at most 100 items', { evaluations: Array.from({ length: 101 }, () => ({})) }],
    ['`options` must be an object', { options: 5, evaluations: [{}] }],
    [
      '`options.evaluations_semantic` must be one of execute_all, deny_on_first_deny, permit_on_first_permit',
      { options: { evaluations_semantic: 'constructor' }, evaluations: [{}] },
    ],
  ])('causes 400: %s', async (message, request) => {
    const response = await post(server, path, { ...defaults, ...request });
    expect([response.status, await response.text()]).toEqual([400, message]);
  });

  it('loads each stored row once, and decides all items by one policy', async () => {
    const find = vi.fn<(id: string) => object | undefined>((id) => users.find((user) => user.id === id));
    const counting = await certifiedServer({
      entities: { user: { type: 'User', find }, record: { type: 'Record', given: ['status'] } },
    });
    const item = { resource: { type: 'record', id: 'r', properties: { status: 'active' } } };
    expect(await answerOf(counting, path, batch([item, item, item]))).toEqual({
      evaluations: [allowed, allowed, allowed],
    });
    expect(find).toHaveBeenCalledTimes(1);
  });

  it('keeps the policy with which it began, also if another one is loaded meanwhile', async () => {
    const authorizer = await loadFixture();
    let load = (_: object): void => {};
    let started = (): void => {};
    const isRunning = new Promise<void>((resolve) => (started = resolve));
    const slow = await certifiedServer({
      authorizer,
      entities: {
        user: {
          type: 'User',
          find: () => {
            started();
            return new Promise((resolve) => (load = resolve));
          },
        },
        record: { type: 'Record', find: (id) => ({ id, status: 'active' }) },
      },
    });
    const running = answerOf(slow, path, batch([read('r1'), read('r2')]));
    await isRunning;
    await authorizer.reload('allow(_: User, _: Action, _: Record) if false;');
    load({ id: 'alice', role: null });
    expect(await running).toEqual({ evaluations: [allowed, allowed] });
    const next = answerOf(slow, path, batch([read('r1')]));
    await new Promise((resolve) => setTimeout(resolve, 10));
    load({ id: 'alice', role: null });
    expect(await next).toEqual({ evaluations: [denied] });
  });
});
