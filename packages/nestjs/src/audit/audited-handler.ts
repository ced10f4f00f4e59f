import { describeRequirement, table, type RouteRequirement } from '@nanook/http';
import type { ContextKind } from '../execution.js';
import type { AuditFinding } from '../nest-fault.js';
import type { Finding } from './finding.js';

/** A handler, and what it demands. */
export interface AuditedHandler {
  readonly kind: ContextKind;
  /** The name of its class: the one that Nest has, where the handler is inherited. */
  readonly class: string;
  readonly method: string;
  /** What it answers: `GET /notes/:id`, `Query.note`, `Note.author`, `WS rename`, `MESSAGE {"cmd":"sum"}`, `EVENT note.shared`. */
  readonly routes: readonly string[];
  /** The rules that a call passes, those of the class included. */
  readonly rules: readonly RouteRequirement[];
  /** Whether it has to carry a rule. A field resolver that no guard stands before is reached through its parent only. */
  readonly needsRule: boolean;
  /** Why it carries no rule, where its class is one of `exclude`. */
  readonly excluded: string | undefined;
  /** Where it was written, `file:line`; `undefined` where the runtime does not tell. */
  readonly location: string | undefined;
  readonly findings: readonly Finding[];
}

/** The handlers as a table of text, for a terminal. */
export const handlerTable = (handlers: readonly AuditedHandler[]): string =>
  table(
    handlers.flatMap((handler) =>
      handler.routes.map((route) => [route, describeDemand(handler), `${handler.class}.${handler.method}`]),
    ),
  );

/** What was found, as a table that says where, and what to write instead. */
export const findingTable = (findings: readonly AuditFinding[]): string =>
  table(findings.map(({ routes, location, message }) => [routes.join(', '), location ?? '', message]));

function describeDemand({ rules, excluded, needsRule }: AuditedHandler): string {
  if (rules.length > 0) return rules.map(describeRequirement).join(', ');
  if (excluded !== undefined) return `excluded: ${excluded}`;
  return needsRule ? '– no rule –' : 'through its parent';
}
