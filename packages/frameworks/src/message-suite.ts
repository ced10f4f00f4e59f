import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNoLeaks } from './crowd.js';
import { expectAnswer, type Answer } from './expectation.js';
import type { Setting } from './policy.js';
import { outcomeOf, questions, titleOf, type Question } from './requests.js';
import type { Route } from './route.js';
import { routes } from './routes.js';

/** An application that is asked by messages, or in GraphQL. */
export interface Asked {
  /** Many may be under way at a time. */
  readonly ask: (question: Question) => Promise<Answer>;
  /** Asks all of them, as one would ask many things at once here; answers in their order. */
  readonly askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  /** What went to the application's log as a fault. */
  readonly faults: unknown[];
  readonly close: () => Promise<void>;
}

/** Asks the same questions as {@link testHttp} where there are no statuses. */
export function testMessages(serve: (setting: Setting, routes: readonly Route[]) => Promise<Asked>): void {
  const served = new Map<Setting, Asked>();
  beforeAll(async () => {
    for (const setting of ['plain', 'open'] as const) served.set(setting, await serve(setting, routes));
  });
  afterAll(async () => {
    for (const { close } of served.values()) await close();
  });
  const app = (setting: Setting = 'plain') => served.get(setting)!;

  it.each(questions.map((question) => [titleOf(question), question] as const))('%s', async (_, question) => {
    expectAnswer(await app(question.in).ask(question), question, outcomeOf(question.status));
  });

  it('tells what is hidden and what does not exist alike', async () => {
    const [hidden, missing] = await Promise.all(
      ['1', '9'].map((id) => app().ask({ ask: 'showDocument', as: 'guest', with: { id }, status: 404 })),
    );
    expect(hidden!.told.replaceAll('"1"', '"9"')).toBe(missing!.told);
  });

  it('gives a fault to the log, with the rule that is wrong', async () => {
    const { faults, ask } = app();
    faults.length = 0;
    for (const name of ['auditDocument', 'settleDocument'])
      await ask({ ask: name, as: 'alice', with: { id: '1' }, status: 500 });
    expect(faults).toMatchObject([
      { message: expect.stringMatching(/auditor[^]*in rule allow/) as string },
      { message: expect.stringMatching(/ledger[^]*in rule allow/) as string },
    ]);
  });

  it('keeps 2,000 interleaved questions of 40 users apart', async () => {
    await expectNoLeaks((asked) => app().askAll(asked), outcomeOf);
  }, 20_000);
}
