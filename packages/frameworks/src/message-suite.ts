import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNoLeaks } from './crowd.js';
import { expectReply, type Reply } from './expectation.js';
import type { Setting } from './policy.js';
import { outcomeOf, cases, titleOf, type RequestCase } from './requests.js';
import type { Route } from './route.js';
import { routes } from './routes.js';

/** An application that receives messages or GraphQL operations. */
export interface MessageApp {
  /** Sends one request; several may be in flight. */
  readonly send: (requestCase: RequestCase) => Promise<Reply>;
  /** Sends requests in parallel and returns the replies in the order of the requests. */
  readonly sendAll: (cases: readonly RequestCase[]) => Promise<readonly Reply[]>;
  /** The errors that the application logged. */
  readonly errors: unknown[];
  readonly close: () => Promise<void>;
}

/** Sends the requests of {@link testHttp} over a protocol without statuses. */
export function testMessages(
  serve: (setting: Setting, routes: readonly Route[]) => Promise<MessageApp>,
): void {
  const served = new Map<Setting, MessageApp>();
  beforeAll(async () => {
    for (const setting of ['plain', 'open'] as const) served.set(setting, await serve(setting, routes));
  });
  afterAll(async () => {
    for (const { close } of served.values()) await close();
  });
  const app = (setting: Setting = 'plain') => served.get(setting)!;

  it.each(cases.map((requestCase) => [titleOf(requestCase), requestCase] as const))(
    '%s',
    async (_, requestCase) => {
      expectReply(
        await app(requestCase.setting).send(requestCase),
        requestCase,
        outcomeOf(requestCase.status),
      );
    },
  );

  it('replies alike for a hidden resource and for one that does not exist', async () => {
    const [hidden, missing] = await Promise.all(
      ['1', '9'].map((id) => app().send({ route: 'showDocument', as: 'guest', inputs: { id }, status: 404 })),
    );
    expect(hidden!.visible.replaceAll('"1"', '"9"')).toBe(missing!.visible);
  });

  it('logs an error of the policy with its rule', async () => {
    const { errors, send } = app();
    errors.length = 0;
    for (const name of ['auditDocument', 'settleDocument'])
      await send({ route: name, as: 'alice', inputs: { id: '1' }, status: 500 });
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/auditor[^]*in rule allow/) as string },
      { message: expect.stringMatching(/ledger[^]*in rule allow/) as string },
    ]);
  });

  it('keeps interleaved requests of 40 users apart', async () => {
    await expectNoLeaks((all) => app().sendAll(all), outcomeOf);
  });
}
