import type { WebCell, WebResults } from './results.ts';
import type { WebFrameworkId } from './web-app.ts';

/** The microseconds of CPU that a request with a requirement may take more than one with the hand-written check. */
const budgets: Readonly<Record<WebFrameworkId, number>> = {
  express: 10,
  koa: 10,
  fastify: 6,
  hono: 6,
  'nest-fastify': 6,
};

/** On Node 20, a property that is added to a request or a response of Express takes many times longer. */
const expressOnNode20 = 20;

/** The budget of a framework, and the cell that is compared with it. */
export interface WebBudget {
  readonly cell: WebCell;
  readonly us: number;
  /** Whether the median of the rounds exceeds the budget. */
  readonly isExceeded: boolean;
}

/** Returns the budgets of the frameworks that were measured. */
export function webBudgets({ cells, machine }: Pick<WebResults, 'cells' | 'machine'>): readonly WebBudget[] {
  return cells
    .filter(({ variant }) => variant === 'nanook')
    .map((cell) => {
      const isNode20 = /^v?20\./.test(machine.node);
      const us = cell.framework === 'express' && isNode20 ? expressOnNode20 : budgets[cell.framework];
      return { cell, us, isExceeded: cell.overHand.median > us };
    });
}
