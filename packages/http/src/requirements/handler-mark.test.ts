import { describe, expect, it } from 'vitest';
import {
  asRequirement,
  asSkipped,
  copyMarks,
  requirementOf,
  skippedBy,
  type RouteRequirement,
} from './route-requirement.js';

type Handler = (...args: unknown[]) => unknown;
const requirement: RouteRequirement = { kind: 'skip', reason: 'a test' };
const marked = (): Handler => asRequirement<Handler>(() => {}, requirement);

/** The ways in which libraries wrap a handler. */
const wrappers: Record<string, (handler: Handler) => Handler> = {
  'keeps its enumerable properties': (handler) =>
    Object.assign((...args: unknown[]) => handler(...args), handler),
  'keeps its name': (handler) =>
    Object.defineProperty((...args: unknown[]) => handler(...args), 'name', { value: handler.name }),
  'is a proxy': (handler) => new Proxy(handler, {}),
};

describe('HandlerMark', () => {
  it.each(Object.entries(wrappers))('finds the value where the wrapper %s', (_name, wrap) => {
    expect(requirementOf(wrap(wrap(marked())))).toBe(requirement);
    const skipped = { reason: 'a test', middleware: [] };
    expect(skippedBy(wrap(asSkipped(() => {}, skipped)))).toBe(skipped);
  });

  it('finds nothing on a wrapper that keeps nothing, or on one with another mark', () => {
    const handler = marked();
    expect(requirementOf((...args: unknown[]) => handler(...args))).toBeUndefined();
    expect(skippedBy(wrappers['keeps its name']!(handler))).toBeUndefined();
    expect(requirementOf({ name: handler.name })).toBeUndefined();
  });

  it('tells handlers with equal requirements apart by their names', () => {
    const other: RouteRequirement = { kind: 'skip', reason: 'a test' };
    const wrapped = [marked(), asRequirement<Handler>(() => {}, other)].map(wrappers['keeps its name']!);
    expect(wrapped.map(requirementOf)).toEqual([requirement, other]);
    expect(requirementOf(wrapped[1])).toBe(other);
  });

  it('copies the value to the function that replaces the handler', () => {
    const handler = marked();
    const replacement = (...args: unknown[]) => handler(...args);
    copyMarks(handler, replacement);
    copyMarks(handler, replacement);
    expect(requirementOf(replacement)).toBe(requirement);
    const plain = (): void => {};
    copyMarks(() => {}, plain);
    expect(requirementOf(plain)).toBeUndefined();
  });
});
