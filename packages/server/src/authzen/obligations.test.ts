import { describe, expect, it } from 'vitest';
import type { Obligation, ObligatedDecision, ServerOptions } from '../index.js';
import { answerOf, certifiedServer, post } from '../testing/certification.fixture.js';

const path = '/access/v1/evaluation';
const stepUp: Obligation = { id: 'o1', type: 'step-up', properties: { acr_value: 'mfa' } };
const notify: Obligation = { id: 'o2', type: 'notification', properties: { to: 'owner' } };

const evaluation = (action: string, supported?: unknown) => ({
  subject: { type: 'user', id: 'alice' },
  action: { name: action },
  resource: { type: 'record', id: 'record-1' },
  ...(supported !== undefined && { context: { supported_obligations: supported } }),
});

/** Each write needs a second factor, and each denial notifies the owner. */
const obligations: ServerOptions['obligations'] = {
  types: ['step-up', 'notification'],
  of: ({ decision, action }) => (decision ? (action.name === 'write' ? [stepUp] : []) : [notify]),
};

describe('obligations', () => {
  it('come with an allowed action if the caller can fulfill them', async () => {
    const server = await certifiedServer({ obligations });
    expect(await answerOf(server, path, evaluation('write', ['step-up']))).toEqual({
      decision: true,
      context: { obligations: [stepUp] },
    });
    expect(await answerOf(server, path, evaluation('read', ['step-up']))).toEqual({ decision: true });
    expect(await answerOf(server, path, evaluation('read'))).toEqual({ decision: true });
  });

  it.each([
    ['names none', undefined],
    ['names others', ['notification']],
    ['sends a text', 'step-up'],
    ['sends an object', { 'step-up': true }],
  ])('deny the action if the caller %s', async (_, supported) => {
    const server = await certifiedServer({ obligations });
    expect(await answerOf(server, path, evaluation('write', supported))).toEqual({
      decision: false,
      context: { reason: 'unsupported_obligation', obligations: [stepUp] },
    });
  });

  it('come with a denial, whether or not the caller can fulfill them', async () => {
    const server = await certifiedServer({ obligations });
    expect(await answerOf(server, path, evaluation('archive'))).toEqual({
      decision: false,
      context: { obligations: [notify] },
    });
  });

  it('decide where a batch ends', async () => {
    const server = await certifiedServer({ obligations });
    const { subject, resource } = evaluation('');
    const batch = {
      subject,
      resource,
      options: { evaluations_semantic: 'permit_on_first_permit' },
      evaluations: [
        { action: { name: 'write' } },
        { action: { name: 'read' } },
        { action: { name: 'write' } },
      ],
    };
    expect(await answerOf(server, '/access/v1/evaluations', batch)).toEqual({
      evaluations: [
        { decision: false, context: { reason: 'unsupported_obligation', obligations: [stepUp] } },
        { decision: true },
      ],
    });
  });

  it('receive the entities as the caller sent them, and not for an undecided evaluation', async () => {
    const seen: ObligatedDecision[] = [];
    const of = (decision: ObligatedDecision): [] => {
      seen.push(decision);
      return [];
    };
    const entities = { user: { type: 'User' }, record: { type: 'Record' } };
    const server = await certifiedServer({ obligations: { types: [], of }, entities });
    expect(await answerOf(server, path, evaluation('read'))).toMatchObject({ decision: false });
    expect(seen).toEqual([]);
    const known = await certifiedServer({ obligations: { types: [], of } });
    await answerOf(known, path, evaluation('read'));
    expect(seen).toEqual([
      {
        decision: true,
        subject: { type: 'user', id: 'alice', properties: {} },
        action: { name: 'read', properties: {} },
        resource: { type: 'record', id: 'record-1', properties: {} },
        context: {},
      },
    ]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('offline');
      },
    ],
    ['rejects', () => Promise.reject(new Error('offline'))],
    ['returns a type that is not declared', () => [{ id: 'o', type: 'other' }]],
    ['returns no list', () => undefined],
  ])('fail the evaluation if the function %s, so that no duty is lost', async (_, of) => {
    const errors: unknown[] = [];
    const server = await certifiedServer({
      obligations: { types: ['step-up'], of: of as never },
      onError: (error) => errors.push(error),
    });
    expect((await post(server, path, evaluation('write', ['step-up']))).status).toBe(500);
    expect(errors).toHaveLength(1);
  });

  it('are named in the metadata', async () => {
    const server = await certifiedServer({ obligations });
    const url = 'https://internal/.well-known/authzen-configuration';
    expect(await (await server.fetch(new Request(url))).json()).toMatchObject({
      supported_obligations: ['step-up', 'notification'],
    });
  });
});
