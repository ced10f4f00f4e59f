import { Authorizer, typed } from '@nanook/core';
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

  # Everybody, visitors too.
  allow(_, "read", document: Document) if
    document.isPublic;

  allow(_: User, "list", Document);
  allow(user: User, "create", Document) if
    user.name != "guest";

  # A comment is a row: it shows its type by its kind.
  allow(actor, "read", comment: Comment) if
    allow(actor, "read", Documents.of(comment));
  allow(user: User, "update", comment: Comment) if
    comment.author = user.name;

  allow_field(_: User, "read", _: Document, field) if
    field in ["id", "owner"];
  allow_field(user: User, _action, document: Document, "organizationId") if
    document.owner = user.name;

  # What a policy can get wrong: an attribute that is not there, and a method that fails.
  allow(_: User, "audit", document: Document) if
    document.auditor = "somebody";
  allow(_: User, "settle", document: Document) if
    document.ledger();
`;

/** Who gets in at all. */
const gate = `
  allow_request(user: User, request: Request) if
    not request.path.startsWith("/staff") or user.name = "carol";
`;

/** How an application is set up; each is one application of its own. */
export type Setting = 'plain' | 'gated' | 'open';

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

/** `gated`: the policy has rules for requests. `open`: nobody is asked about as `nil`. */
export const loadAuthorizer = (setting: Setting): Promise<Authorizer> =>
  Authorizer.load({
    policies: setting === 'gated' ? [policy, gate] : policy,
    types,
    constants: { Documents: { of: (comment: Comment) => documentOfComment(comment) } },
  });

export const anonymousIn = (setting: Setting): null | undefined => (setting === 'open' ? null : undefined);

/**
 * What the policy may see of a request.
 *
 * @param path as the framework understands it, or the route: what stands in the request line is written in many ways. Most routers
 *   do not tell capitals from small letters
 */
export const describeRequest = (method: string, path: string): object =>
  typed('Request', { method, path: path.toLowerCase() });
