import { expect } from 'vitest';
import { crowd } from './domain.js';
import { expectAnswer, type Answer } from './expectation.js';
import { random } from './pause.js';
import type { Outcome, Question } from './requests.js';

// Many users at once. What has to come of it is said here once more, in a few lines of arithmetic: `u<j>` owns each document
// `d<i>` with i ≡ j (mod 40), and reads those with i ≡ j (mod 10), as a member of their organization `o<i mod 10>`.

const isOwner = (user: number, document: number): boolean => document % crowd.users === user;
const isMember = (user: number, organization: number): boolean =>
  user % crowd.organizations === organization % crowd.organizations;

/** @param n tells which question an answer belongs to */
function question(n: number): Question {
  const user = random(crowd.users);
  const document = pick(user);
  const as = `u${user}`;
  const id = `d${document}`;
  const body = { actor: as, id, mayUpdate: isOwner(user, document), isStillTheSame: true, n: String(n) };
  const ifMember = isMember(user, document) ? 200 : 404;
  switch (random(8)) {
    case 0:
      return { ask: 'showDocument', as: 'mallory', with: { id, n: String(n) }, status: 401 };
    case 1:
    case 2: {
      const status = isOwner(user, document) ? 200 : ifMember === 200 ? 403 : 404;
      return {
        ask: 'updateDocument',
        as,
        with: { id, n: String(n) },
        status,
        ...(status === 200 && { body }),
      };
    }
    case 3:
    case 4: {
      const organization = random(2) === 0 ? document % crowd.organizations : random(crowd.organizations);
      const isThere = isMember(user, organization) && document % crowd.organizations === organization;
      return {
        ask: 'showWithin',
        as,
        with: { organization: `o${organization}`, document: id, n: String(n) },
        ...(isThere ? { status: 200, body } : { status: 404 }),
      };
    }
    default:
      return {
        ask: 'showDocument',
        as,
        with: { id, n: String(n) },
        status: ifMember,
        ...(ifMember === 200 && { body }),
      };
  }
}

/** One of their own, one of their organization's, or any. */
function pick(user: number): number {
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

export const crowdQuestions = (count: number): readonly Question[] =>
  Array.from({ length: count }, (_, n) => question(n));

/**
 * Asks 2,000 questions as 40 users, and looks at each answer: it is the one to that question, and the handler saw the actor who
 * asked and a resource that was loaded for this question alone.
 *
 * @param ask many at a time, in whatever protocol; answers in the order of the questions
 */
export async function expectNoLeaks(
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  statusOf: (status: number) => Outcome = (status) => status,
): Promise<void> {
  const questions = crowdQuestions(2000);
  const answers = await ask(questions);
  questions.forEach((one, i) => expectAnswer(answers[i]!, one, statusOf(one.status)));
  const serials = questions.flatMap(({ status }, i) =>
    status === 200 ? [(answers[i]!.body as { serial: number }).serial] : [],
  );
  expect(new Set(serials).size).toBe(serials.length);
  expect(serials.length).toBeGreaterThan(500);
}

/** Does the work for each, and never for more than so many at a time. Answers are in the order of what was given. */
export async function inFlight<T, Answer>(
  limit: number,
  all: readonly T[],
  work: (one: T) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = Array.from<Answer>({ length: all.length });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const n = next++;
      answers[n] = await work(all[n]!);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return answers;
}
