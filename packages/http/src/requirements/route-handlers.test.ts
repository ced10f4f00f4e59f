import { describe, expect, it } from 'vitest';
import { haveDecision, splitHandlers } from './route-handlers.js';
import { asRequirement, asSkipped, decides } from './route-requirement.js';

const plain = (): void => {};
const admits = asRequirement(() => {}, { kind: 'request' });
const authorizes = asRequirement(() => {}, { kind: 'authorize', action: 'read', resource: 'Note' });
const skips = asSkipped(() => {}, { reason: 'public', middleware: [plain] });

describe('haveDecision', () => {
  it('finds the decisions that splitHandlers finds, for all orders of up to three handlers', () => {
    const kinds = [plain, admits, authorizes, skips];
    const lists = [[], ...kinds.map((a) => [a])];
    for (const a of kinds) for (const b of kinds) lists.push([a, b], ...kinds.map((c) => [a, b, c]));
    for (const list of lists) expect(haveDecision(list)).toBe(splitHandlers(list).requirements.some(decides));
  });

  it('ignores a requirement after the handler', () => {
    expect([haveDecision([plain, authorizes]), haveDecision([authorizes, plain])]).toEqual([false, true]);
  });
});
