import { describe, expect, it } from 'vitest';
import { answerOf, certifiedServer } from '../testing/certification.fixture.js';

// The decisions and searches of the certification of AuthZEN: interop/certification of openid/authzen.

const server = await certifiedServer();
const user = (id: string, properties?: object) => ({ type: 'user', id, properties });
const record = (id: string, properties?: object) => ({ type: 'record', id, properties });
const action = (name: string, properties?: object) => ({ name, properties });

describe('the evaluation of the certification', () => {
  const archived = { status: 'archived' };
  it.each([
    ['alice may read record-1', user('alice'), action('read'), record('record-1'), true],
    ['alice may write record-1', user('alice'), action('write'), record('record-1'), true],
    ['bob may read record-1', user('bob'), action('read'), record('record-1'), true],
    ['bob may not write record-1', user('bob'), action('write'), record('record-1'), false],
    ['alice may not write archived', user('alice'), action('write'), record('record-1', archived), false],
    ['an admin may', user('alice', { role: 'admin' }), action('write'), record('record-1', archived), true],
    ['a soft delete is allowed', user('alice'), action('delete', { soft: true }), record('record-1'), true],
    ['a hard one is denied', user('alice'), action('delete', { soft: false }), record('record-1'), false],
  ])('says that %s', async (_, subject, wanted, resource, decision) => {
    const request = { subject, action: wanted, resource };
    expect(await answerOf(server, '/access/v1/evaluation', request)).toEqual({ decision });
    expect(await answerOf(server, '/access/v1/evaluations', { evaluations: [request] })).toEqual({
      evaluations: [{ decision }],
    });
  });
});

describe('the search of the certification', () => {
  const archived = record('record-2', { status: 'archived' });
  const admin = user('bob', { role: 'admin' });
  it.each<[string, string, object, unknown[]]>([
    [
      'S1: who reads record-1',
      'subject',
      { subject: { type: 'user' }, action: action('read'), resource: record('record-1') },
      [
        { type: 'user', id: 'alice' },
        { type: 'user', id: 'bob' },
      ],
    ],
    [
      'S2: which records alice reads',
      'resource',
      { subject: user('alice'), action: action('read'), resource: { type: 'record' } },
      [{ type: 'record', id: 'record-1' }],
    ],
    [
      'S3: which actions alice performs on record-1',
      'action',
      { subject: user('alice'), resource: record('record-1') },
      [{ name: 'read' }, { name: 'write' }],
    ],
    [
      'S4: who writes an archived record',
      'subject',
      { subject: { type: 'user' }, action: action('write'), resource: archived },
      [{ type: 'user', id: 'bob' }],
    ],
    [
      'S5: which records an admin writes',
      'resource',
      { subject: admin, action: action('write'), resource: { type: 'record' } },
      [{ type: 'record', id: 'record-2' }],
    ],
    [
      'S6: which actions an admin performs on an archived record',
      'action',
      { subject: admin, resource: archived },
      [{ name: 'write' }],
    ],
  ])('finds %s', async (_, kind, request, results) => {
    expect(await answerOf(server, `/access/v1/search/${kind}`, request)).toEqual({ results });
  });
});
