import { describeRequirement, table, type RouteRequirement } from '@nanook/http';
import type { AuditFinding } from '../errors/nanook-nest-error.js';
import type { ContextKind } from '../execution/execution.js';
import type { Finding } from './finding.js';

/** A handler with its requirements, as the audit lists it. */
export interface AuditedHandler {
  readonly kind: ContextKind;
  /** The name of its class: for an inherited handler, the class that a module has. */
  readonly class: string;
  readonly method: string;
  /** Its routes: `GET /notes/:id`, `Query.note`, `Note.author`, `WS rename`, `MESSAGE {"cmd":"sum"}`, `EVENT note.shared`. */
  readonly routes: readonly string[];
  /** Its requirements, including those of its class. */
  readonly requirements: readonly RouteRequirement[];
  /** Whether it needs a requirement. A field resolver for which no guard runs needs none: it is reached only through its parent. */
  readonly needsRequirement: boolean;
  /** The reason of its entry in `exclude`; `undefined` if it has none. */
  readonly excluded: string | undefined;
  /** Its place in the source, `file:line`; `undefined` if the runtime does not provide it. */
  readonly location: string | undefined;
  /** The mistakes that the audit found in it. */
  readonly findings: readonly Finding[];
}

/** Formats the handlers as a table of text. */
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

/** Formats findings as a table of text: routes, places and messages. */
export const findingTable = (findings: readonly AuditFinding[]): string =>
  table(findings.map(({ routes, location, message }) => [routes.join(', '), location ?? '', message]));

function describeHandlerRequirements({ requirements, excluded, needsRequirement }: AuditedHandler): string {
  if (requirements.length > 0) return requirements.map(describeRequirement).join(', ');
  if (excluded !== undefined) return `excluded: ${excluded}`;
  return needsRequirement ? '– no requirement –' : 'through its parent';
}
