import { describeValue } from '@nanook/core';
import { AuthorizationFault } from './authorization-fault.js';
import { isClass, type ResourceSource } from './resource-source.js';

/** What a route's rule demands, as data: for listings, audits and tests. */
export type Rule =
  | {
      readonly kind: 'authorize';
      readonly action: string;
      /** The name of a type, or `loader` with the loader's own name where it has one: `findRepository()`. */
      readonly resource: string;
    }
  | { readonly kind: 'request' }
  | { readonly kind: 'skip'; readonly reason: string };

const brand = Symbol.for('@nanook/http/rule');

/** Marks a handler as one that authorizes, or skips: a route that carries one is protected. */
export const asRule = <Handler extends object>(handler: Handler, rule: Rule): Handler =>
  Object.defineProperty(handler, brand, { value: rule });

/** The rule that a handler stands for, if it is one. */
export const ruleOf = (handler: unknown): Rule | undefined =>
  typeof handler === 'function' ? (handler as { [brand]?: Rule })[brand] : undefined;

/** Middleware that is called without authorization, and the reason. */
export interface Skipped {
  readonly reason: string;
  readonly middleware: readonly ((...args: never[]) => unknown)[];
}

const skippedBrand = Symbol.for('@nanook/http/skipped');

/** Marks a handler that calls this middleware under a skip. It answers by itself, so it is not a rule for the handlers after it. */
export const asSkipped = <Handler extends object>(handler: Handler, skipped: Skipped): Handler =>
  Object.defineProperty(handler, skippedBrand, { value: skipped });

/** The middleware that a handler calls under a skip, if it is such a handler. */
export const skippedBy = (handler: unknown): Skipped | undefined =>
  typeof handler === 'function' ? (handler as { [skippedBrand]?: Skipped })[skippedBrand] : undefined;

/** Whether a rule decides about the route: `allow_request` alone does not. */
export const decides = (rule: Rule): boolean => rule.kind !== 'request';

export function authorizeRule(action: string, source: ResourceSource<never>): Rule {
  const rule: Rule = { kind: 'authorize', action, resource: describeSource(source) };
  sources.set(rule, source);
  return rule;
}

const sources = new WeakMap<Rule, ResourceSource<never>>();

/** The source of the resource that a rule authorizes. */
export const sourceOf = (rule: Rule): ResourceSource<never> | undefined => sources.get(rule);

/** `read Repository`, `read findRepository()`, `allow_request`, `skipped: liveness probe`. */
export function describeRule(rule: Rule): string {
  switch (rule.kind) {
    case 'authorize':
      return `${rule.action} ${rule.resource}`;
    case 'request':
      return 'allow_request';
    case 'skip':
      return `skipped: ${rule.reason}`;
  }
}

function describeSource(source: ResourceSource<never>): string {
  if (typeof source === 'string') return source;
  if (typeof source !== 'function') return source.name;
  return isClass(source) ? source.name : `${source.name || 'loader'}()`;
}

/** @throws {AuthorizationFault} `NANOOK_HTTP_NO_ACTION` */
export function checkAction(action: unknown): void {
  if (typeof action !== 'string' || action === '')
    throw new AuthorizationFault('NANOOK_HTTP_NO_ACTION', {
      action: describeValue(action),
      hint: hintAbout(action),
    });
}

function hintAbout(action: unknown): string | undefined {
  if (Array.isArray(action)) return 'write one requirement, or one check, for each action';
  if (typeof action === 'function' || (typeof action === 'object' && action !== null))
    return 'the action comes before the resource, and no actor is passed';
  return undefined;
}

/** @throws {AuthorizationFault} `NANOOK_HTTP_NO_REASON` */
export function checkReason(reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new AuthorizationFault('NANOOK_HTTP_NO_REASON', {});
}
