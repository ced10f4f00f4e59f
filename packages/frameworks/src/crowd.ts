import { expect } from 'vitest';
import { randomCases } from '../../../tools/test-scope.js';
import { crowd } from './domain.js';
import { expectReply, type Reply } from './expectation.js';
import { random } from './pause.js';
import type { Outcome, RequestCase } from './requests.js';

// Requests of many users at once. The expected replies follow from arithmetic: `u<j>` owns each document `d<i>` with i ≡ j (mod 40),
// and reads those with i ≡ j (mod 10), as a member of their organization `o<i mod 10>`.

const isOwner = (user: number, document: number): boolean => document % crowd.users === user;
const isMember = (user: number, organization: number): boolean =>
  user % crowd.organizations === organization % crowd.organizations;

/**
 * Draws a request with its expected reply.
 *
 * @param n the number of the request, which the reply repeats
 */
function drawRequest(n: number): RequestCase {
  const user = random(crowd.users);
  const document = pickDocument(user);
  const as = `u${user}`;
  const id = `d${document}`;
  const body = { actor: as, id, mayUpdate: isOwner(user, document), isStillTheSame: true, n: String(n) };
  const ifMember = isMember(user, document) ? 200 : 404;
  switch (random(8)) {
    case 0:
      return { route: 'showDocument', as: 'mallory', inputs: { id, n: String(n) }, status: 401 };
    case 1:
    case 2: {
      const status = isOwner(user, document) ? 200 : ifMember === 200 ? 403 : 404;
      return {
        route: 'updateDocument',
        as,
        inputs: { id, n: String(n) },
        status,
        ...(status === 200 && { body }),
      };
    }
    case 3:
    case 4: {
      const organization = random(2) === 0 ? document % crowd.organizations : random(crowd.organizations);
      const isThere = isMember(user, organization) && document % crowd.organizations === organization;
      return {
        route: 'showWithin',
        as,
        inputs: { organization: `o${organization}`, document: id, n: String(n) },
        ...(isThere ? { status: 200, body } : { status: 404 }),
      };
    }
    default:
      return {
        route: 'showDocument',
        as,
        inputs: { id, n: String(n) },
        status: ifMember,
        ...(ifMember === 200 && { body }),
      };
  }
}

/** Draws a document: of the user, of an organization of the user, or any. */
function pickDocument(user: number): number {
  const any = random(crowd.documents);
  switch (random(3)) {
    case 0:
      return user + crowd.users * random(user < 20 ? 3 : 2); // there are 100
    case 1:
      return any - (any % crowd.organizations) + (user % crowd.organizations);
    default:
      return any;
  }
}

export const crowdRequests = (count: number): readonly RequestCase[] =>
  Array.from({ length: count }, (_, n) => drawRequest(n));

/**
 * Sends requests as 40 users, 2,000 in the whole run, and checks each reply: it belongs to its request, and the handler received the right actor and a
 * resource that was loaded for this request alone.
 *
 * @param sendAll sends requests in parallel and returns the replies in the order of the requests
 */
export async function expectNoLeaks(
  sendAll: (cases: readonly RequestCase[]) => Promise<readonly Reply[]>,
  statusOf: (status: number) => Outcome = (status) => status,
): Promise<void> {
  const cases = crowdRequests(randomCases(2_000));
  const replies = await sendAll(cases);
  cases.forEach((one, i) => expectReply(replies[i]!, one, statusOf(one.status)));
  const serials = cases.flatMap(({ status }, i) =>
    status === 200 ? [(replies[i]!.body as { serial: number }).serial] : [],
  );
  expect(new Set(serials).size).toBe(serials.length);
  expect(serials.length).toBeGreaterThan(cases.length / 4);
}

/** Does the work for each item, for at most `limit` items at a time. The results are in the order of the items. */
export async function inFlight<T, Result>(
  limit: number,
  all: readonly T[],
  work: (one: T) => Promise<Result>,
): Promise<Result[]> {
  const results = Array.from<Result>({ length: all.length });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const n = next++;
      results[n] = await work(all[n]!);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
