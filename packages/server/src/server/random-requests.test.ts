import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { certifiedServer, post, records, users } from '../testing/certification.fixture.js';

const errors: unknown[] = [];
const server = await certifiedServer({ onError: (error) => errors.push(error) });

/** A property that is present, absent, or any JSON. */
const oneOf = (...values: unknown[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
const properties = oneOf(
  {},
  { role: 'admin' },
  { role: 5 },
  { status: 'active' },
  { status: null },
  { status: ['archived'] },
  { soft: true },
  JSON.parse('{"soft":{"then":1}}'),
  JSON.parse('{"__proto__":{"role":"admin","status":"active"},"constructor":{"name":"User"}}'),
);
const entity = (...ids: string[]) =>
  fc.record({
    type: oneOf('user', 'record', '__proto__', 'constructor', 'User'),
    id: oneOf(...ids, '', '__proto__', 'toString'),
    properties,
  });
const evaluation = fc.record({
  subject: fc.oneof(entity('alice', 'bob', 'eve'), oneOf({})),
  action: fc.oneof(fc.record({ name: oneOf('read', 'write', 'delete', 'toString'), properties }), oneOf({})),
  resource: fc.oneof(entity('record-1', 'record-2', 'record-9'), oneOf({})),
  context: oneOf({}, { time: 'now' }),
  options: oneOf({}, { evaluations_semantic: 'deny_on_first_deny' }, { explain: false }),
  page: oneOf(undefined, {}, { limit: 1 }, { token: '' }, { token: 'W10.x' }),
});
const request = fc.tuple(
  evaluation,
  fc.oneof(fc.constant(undefined), fc.array(fc.oneof(evaluation, fc.jsonValue()))),
);

interface Sent {
  readonly subject: { type: string; id: string; properties?: { role?: unknown } };
  readonly action: { name: string; properties?: { soft?: unknown } };
  readonly resource: { type: string; id: string; properties?: { status?: unknown } };
}

/** Returns the decision that the rules of the certification describe, without the policy. */
function expected({ subject, action, resource }: Sent): boolean {
  const user = users.find(({ id }) => id === subject.id);
  const record = records.find(({ id }) => id === resource.id);
  if (subject.type !== 'user' || resource.type !== 'record' || user === undefined || record === undefined)
    return false;
  const given = (sent: object | undefined, field: string, stored: unknown): unknown =>
    sent !== undefined && Object.hasOwn(sent, field) ? (sent as Record<string, unknown>)[field] : stored;
  const role = given(subject.properties, 'role', user.role);
  const status = given(resource.properties, 'status', record.status);
  const soft = given(action.properties, 'soft', undefined);
  if (action.name === 'read') return status === 'active';
  if (action.name === 'write') return role === 'admin' ? status === 'archived' : status === 'active';
  return action.name === 'delete' && soft === true;
}

describe('a random request', () => {
  it.each(['evaluation', 'evaluations', 'search/subject', 'search/resource', 'search/action'])(
    'to %s has the right answer or is refused, and never fails',
    async (endpoint) => {
      await fc.assert(
        fc.asyncProperty(request, async ([body, evaluations]) => {
          const response = await post(server, `/access/v1/${endpoint}`, { ...body, evaluations });
          expect([200, 400]).toContain(response.status);
          const isDecided = endpoint === 'evaluation' && response.status === 200;
          const answer: unknown = isDecided ? await response.json() : undefined;
          const decision = isDecided && expected(JSON.parse(JSON.stringify(body)) as Sent);
          // A property that is not sent can leave a check undecided.
          const undecided = decision ? [] : [{ decision, context: { reason: 'undecided' } }];
          expect(isDecided ? [{ decision }, ...undecided] : [undefined]).toContainEqual(answer);
          expect(errors).toEqual([]);
        }),
        { numRuns: randomCases(1_000) },
      );
    },
  );
});
