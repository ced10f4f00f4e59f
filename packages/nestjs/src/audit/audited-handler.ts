import { describeRequirement, table, type RouteRequirement } from '@nanook/http';
import type { ContextKind } from '../execution/execution.js';
import type { AuditFinding } from '../errors/nanook-nest-error.js';
import type { Finding } from './finding.js';

/** A handler, and what it demands. */
export interface AuditedHandler {
  readonly kind: ContextKind;
  /** The name of its class: the one that Nest has, where the handler is inherited. */
  readonly class: string;
  readonly method: string;
  /** What it answers: `GET /notes/:id`, `Query.note`, `Note.author`, `WS rename`, `MESSAGE {"cmd":"sum"}`, `EVENT note.shared`. */
  readonly routes: readonly string[];
  /** The requirements that a call passes, those of the class included. */
  readonly requirements: readonly RouteRequirement[];
  /** Whether it has to carry a requirement. A field resolver that no guard stands before is reached through its parent only. */
  readonly needsRequirement: boolean;
  /** Why it carries no requirement, where its class is one of `exclude`. */
  readonly excluded: string | undefined;
  /** Where it was written, `file:line`; `undefined` where the runtime does not tell. */
  readonly location: string | undefined;
  readonly findings: readonly Finding[];
}

/** The handlers as a table of text, for a terminal. */
export const handlerTable = (handlers: readonly AuditedHandler[]): string =>
  table(
    handlers.flatMap((handler) =>
      handler.routes.map((route) => [
        route,
        describeHandlerRequirements(handler),
        `${handler.class}.${handler.method}`,
      ]),
    ),
  );

/** What was found, as a table that says where, and what to write instead. */
export const findingTable = (findings: readonly AuditFinding[]): string =>
  table(findings.map(({ routes, location, message }) => [routes.join(', '), location ?? '', message]));

function describeHandlerRequirements({ requirements, excluded, needsRequirement }: AuditedHandler): string {
  if (requirements.length > 0) return requirements.map(describeRequirement).join(', ');
  if (excluded !== undefined) return `excluded: ${excluded}`;
  return needsRequirement ? '– no requirement –' : 'through its parent';
}
