import { Authorizer, typed, type Decision } from '@nanook/core';
import { compilePolicy } from '@nanook/core/compile';
import { CompiledAuthorizer, type PolicyModule } from '@nanook/core/compiled';
import type { RequestAuthorizer } from '@nanook/http';
import { Document, Organization, User, documentOfComment, type Comment } from './domain.js';

const policy = `
  actor User {}

  resource Organization {
    permissions = ["read"];
    roles = ["member", "owner"];
    "read" if "member";
    "member" if "owner";
  }

  resource Document {
    permissions = ["read", "update", "delete", "publish"];
    roles = ["reader", "writer", "owner"];
    relations = { organization: Organization };
    "read" if "reader";
    "update" if "writer";
    "delete" if "owner";
    "publish" if "owner" on "organization";
    "reader" if "writer";
    "writer" if "owner";
    "reader" if "member" on "organization";
    "writer" if "owner" on "organization";
  }

  allow(actor, action, resource) if
    has_permission(actor, action, resource);

  has_role(user: User, name: String, organization: Organization) if
    organization.roleOf(user) = name;
  has_role(user: User, "owner", document: Document) if
    document.owner = user.name;
  has_relation(organization: Organization, "organization", document: Document) if
    document.organization() = organization;

  # For all, including anonymous clients.
  allow(_, "read", document: Document) if
    document.isPublic;

  allow(_: User, "list", Document);
  allow(user: User, "create", Document) if
    user.name != "guest";

  # A comment is a row, and its kind names its type.
  allow(actor, "read", comment: Comment) if
    allow(actor, "read", Documents.of(comment));
  allow(user: User, "update", comment: Comment) if
    comment.author = user.name;

  allow_field(_: User, "read", _: Document, field) if
    field in ["id", "owner"];
  allow_field(user: User, _action, document: Document, "organizationId") if
    document.owner = user.name;

  # Two mistakes: an attribute that does not exist, and a method that throws.
  allow(_: User, "audit", document: Document) if
    document.auditor = "eve";
  allow(_: User, "settle", document: Document) if
    document.ledger();
`;

/** The rule for requests. */
const gate = `
  allow_request(user: User, request: Request) if
    not request.path.startsWith("/staff") or user.name = "carol";
`;

/** A variant of the application. */
export type Setting = 'plain' | 'gated' | 'open' | 'compiled';

export const types = {
  User,
  Organization: { class: Organization, key: 'id' },
  Document: { class: Document, key: 'id' },
  Comment: {
    discriminator: { kind: 'comment' },
    fields: { kind: 'String', id: 'String', author: 'String', documentId: 'String' },
  },
  Request: { fields: { method: 'String', path: 'String' } },
} as const;

/** The decisions about requests that have an id, in `open`. */
export const decisionsWithId: Decision[] = [];

const constants = { Documents: { of: (comment: Comment) => documentOfComment(comment) } };

let module: PolicyModule | undefined;

/** Loads the policy as a module that was compiled ahead of time. */
async function loadCompiled(): Promise<CompiledAuthorizer> {
  if (module === undefined) {
    const text = await compilePolicy({ policies: policy, types, constants, format: 'cjs' });
    const loaded = { exports: undefined as unknown as PolicyModule };
    // oxlint-disable-next-line typescript/no-implied-eval -- an application imports the file with this text
    (new Function('module', text) as (target: object) => void)(loaded);
    module = loaded.exports;
  }
  return CompiledAuthorizer.load(module, { types, constants });
}

/** Loads the policy: with a rule for requests in `gated`. */
export const loadAuthorizer = async (setting: Setting): Promise<RequestAuthorizer> =>
  setting === 'compiled'
    ? loadCompiled()
    : Authorizer.load({
        policies: setting === 'gated' ? [policy, gate] : policy,
        types,
        constants,
        ...(setting === 'open' && {
          onDecision: (decision) =>
            decision.context?.requestId !== undefined && decisionsWithId.push(decision),
        }),
      });

/** Returns the option `anonymous`: in `open`, the policy decides about anonymous clients as `nil`. */
export const anonymousIn = (setting: Setting): null | undefined => (setting === 'open' ? null : undefined);

/**
 * Returns the request as the policy sees it.
 *
 * @param path the path as the framework understands it, or the path of the route, because clients can write one path in several ways.
 *   Most routers ignore case
 */
export const describeRequest = (method: string, path: string): object =>
  typed('Request', { method, path: path.toLowerCase() });
