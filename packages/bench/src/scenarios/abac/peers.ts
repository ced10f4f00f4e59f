import { casbin } from '../../libraries/casbin.ts';
import { caslPerRequest, caslPrebuilt, type CaslRule, type SubjectTypes } from '../../libraries/casl.ts';
import { cedar, entity, reference } from '../../libraries/cedar.ts';
import type { Check } from '../../library.ts';
import { type AbacWorld, type Calendar, Document, type User } from './world.ts';

function caslRules(user: User, types: SubjectTypes): CaslRule[] {
  const subject = types === 'class' ? Document : 'Document';
  return [
    { action: 'read', subject, conditions: { isPublic: true } },
    { action: 'read', subject, conditions: { 'owner.id': user.id } },
    {
      action: 'read',
      subject,
      conditions: { department: user.department, level: { $lte: user.clearance }, archived: false },
    },
    { action: 'edit', subject, conditions: { 'owner.id': user.id, archived: false } },
    {
      action: 'edit',
      subject,
      conditions: { department: user.department, level: { $lt: user.clearance }, archived: false },
    },
  ];
}

const worksNow = (calendar: Calendar, user: User) => {
  const hour = calendar.hour();
  return user.from <= hour && hour < user.until;
};

export async function casl({ users, calendar }: AbacWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPrebuilt(users, caslRules, types);
  return (user: User, action, document: Document) =>
    worksNow(calendar, user) && abilityOf(user).can(action, document);
}

export async function caslRequest({ calendar }: AbacWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPerRequest(
    (user: User, by) => (worksNow(calendar, user) ? caslRules(user, by) : []),
    types,
  );
  return (user: User, action, document: Document) => abilityOf(user).can(action, document);
}

/** The model for ABAC from the documentation of casbin: all conditions are in the matcher, and the policy has no lines. */
const casbinModel = `
[request_definition]
r = sub, obj, act, hour
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub.from <= r.hour && r.hour < r.sub.until && ((r.act == "read" && (r.obj.isPublic || r.obj.owner.id == r.sub.id || (r.obj.department == r.sub.department && r.sub.clearance >= r.obj.level && !r.obj.archived))) || (r.act == "edit" && !r.obj.archived && (r.obj.owner.id == r.sub.id || (r.obj.department == r.sub.department && r.sub.clearance > r.obj.level))))
`;

export async function casbinCheck({ calendar }: AbacWorld): Promise<Check> {
  const enforcer = await casbin(casbinModel, []);
  return (user: User, action, document: Document) =>
    enforcer.enforceSync(user, document, action, calendar.hour());
}

const cedarPolicies = `
permit (principal, action == Action::"read", resource)
when { resource.isPublic || resource.owner == principal };

permit (principal, action == Action::"read", resource)
when { resource.department == principal.department && principal.clearance >= resource.level && !resource.archived };

permit (principal, action == Action::"edit", resource)
when {
  !resource.archived &&
  (resource.owner == principal ||
    (resource.department == principal.department && principal.clearance > resource.level))
};

forbid (principal, action, resource)
unless { principal.from <= context.hour && context.hour < principal.until };
`;

export function cedarCheck({ calendar, users, documents }: AbacWorld): Promise<Check> {
  const userEntities = new Map(
    users.map((user) => {
      const { id, department, clearance, from, until } = user;
      return [user, entity('User', id, { department, clearance, from, until })];
    }),
  );
  const documentEntities = new Map(
    documents.map((document) => {
      const { id, owner, department, level, isPublic, archived } = document;
      return [
        document,
        entity('Document', id, {
          owner: reference('User', owner.id),
          department,
          level,
          isPublic,
          archived,
        }),
      ];
    }),
  );
  return cedar(cedarPolicies, (user: User, _action, document: Document) => ({
    principal: user.id,
    resource: { type: 'Document', id: document.id },
    entities: [userEntities.get(user)!, documentEntities.get(document)!],
    context: { hour: calendar.hour() },
  }));
}

export async function accessControlCheck({ calendar }: AbacWorld): Promise<Check> {
  const { AccessControl } = await import('accesscontrol');
  const control = new AccessControl();
  const works = ['$.user.from <= $.hour', '$.hour < $.user.until'];
  const owner = '$.document.owner.id == $.user.id';
  const colleague = ['$.document.department == $.user.department', '$.document.archived == false'];
  control
    .grant('user')
    .where({
      and: [
        ...works,
        {
          or: [
            '$.document.isPublic == true',
            owner,
            { and: [...colleague, '$.user.clearance >= $.document.level'] },
          ],
        },
      ],
    })
    .action('read', 'document');
  control
    .grant('user')
    .where({
      and: [
        ...works,
        '$.document.archived == false',
        { or: [owner, { and: [...colleague, '$.user.clearance > $.document.level'] }] },
      ],
    })
    .action('edit', 'document');
  control.lock();
  return (user: User, action, document: Document) =>
    control.can('user', { user, document, hour: calendar.hour() }).do(action, 'document').granted;
}
