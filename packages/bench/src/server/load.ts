import { setImmediate } from 'node:timers/promises';
import { Connection, stayAwake } from '../web/client.ts';
import { checkAnswer, request } from './handlers.ts';

async function withConnections<Result>(
  port: number,
  count: number,
  run: (open: readonly Connection[]) => Promise<Result>,
): Promise<Result> {
  const open = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
  try {
    return await run(open);
  } finally {
    for (const connection of open) connection.close();
  }
}

/** So many that a server always has a request to answer. */
const connections = 32;

/** Sends a number of requests on 32 connections, each one after the answer to the last one. @returns the requests in a second */
export const rateOf = (port: number, requests: number): Promise<number> =>
  withConnections(port, connections, async (open) => {
    const sleep = stayAwake();
    const started = performance.now();
    let sent = 0;
    try {
      await Promise.all(
        open.map(async (connection) => {
          while (sent++ < requests) checkAnswer(await connection.send(request));
        }),
      );
      return requests / ((performance.now() - started) / 1_000);
    } finally {
      sleep();
    }
  });

/**
 * Sends requests at a rate, evenly, whether or not earlier ones are answered. A request that finds no free connection waits for one.
 *
 * @returns the milliseconds from the time at which each request was due to its answer
 */
export const latenciesAt = (port: number, perSecond: number, seconds: number): Promise<readonly number[]> =>
  withConnections(port, connections, async (open) => {
    const latencies: number[] = [];
    const free = [...open];
    const started = performance.now();
    const total = Math.floor(perSecond * seconds);
    const send = async (connection: Connection, due: number): Promise<void> => {
      checkAnswer(await connection.send(request));
      latencies.push(performance.now() - due);
      free.push(connection);
    };
    let failure: unknown;
    // It turns until the end instead of sleeping, because a timer would let several requests arrive at once.
    for (let next = 0; latencies.length < total; await setImmediate()) {
      if (failure !== undefined) throw failure;
      const now = performance.now();
      while (next < total && free.length > 0) {
        const due = started + (next * 1_000) / perSecond;
        if (due > now) break;
        next++;
        send(free.pop()!, due).catch((error: unknown) => (failure = error));
      }
    }
    return latencies;
  });
