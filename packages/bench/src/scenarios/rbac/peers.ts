// The policy of each library has one rule for each role and type, as its documentation recommends for roles on resources.
import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { casbin } from '../../libraries/casbin.ts';
import { caslPerRequest, caslPrebuilt, type CaslRule, type SubjectTypes } from '../../libraries/casl.ts';
import { cedar, entity, reference, type CedarRequest } from '../../libraries/cedar.ts';
import type { Check } from '../../library.ts';
import type { RoleRow } from './rows.ts';
import {
  type Item,
  itemClasses,
  itemTypes,
  type RbacWorld,
  type Role,
  type RoleName,
  type User,
} from './world.ts';

const actionsOf: Record<RoleName, string[]> = {
  viewer: ['read', 'export'],
  commenter: ['read', 'export', 'comment'],
  editor: ['read', 'export', 'comment', 'edit', 'share'],
  owner: ['read', 'export', 'comment', 'edit', 'share', 'delete'],
};

function caslRules(roles: readonly RoleRow[], types: SubjectTypes): CaslRule[] {
  return Object.entries(itemClasses).flatMap(([kind, type]) =>
    (Object.keys(actionsOf) as RoleName[]).flatMap((name) => {
      const ids = roles
        .filter((role) => role.name === name && role.resource.kind === kind)
        .map((role) => role.resource.id);
      if (ids.length === 0) return [];
      const subject = types === 'class' ? type : kind;
      return [{ action: actionsOf[name], subject, conditions: { id: { $in: ids } } }];
    }),
  );
}

export async function casl({ users }: RbacWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPrebuilt(users, (user, by) => caslRules(user.roles, by), types);
  return (user: User, action, resource: Item) => abilityOf(user).can(action, resource);
}

export async function caslRequest(_: RbacWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPerRequest((user: User, by) => caslRules(user.roles, by), types);
  return (user: User, action, resource: Item) => abilityOf(user).can(action, resource);
}

export async function caslAsync(_: RbacWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPerRequest(caslRules, types);
  return async (user: User, action, resource: Item) =>
    abilityOf(await user.fetchRoles()).can(action, resource);
}

/** The model for RBAC with domains: each resource is the domain of the roles on it. */
const casbinModel = `
[request_definition]
r = sub, type, dom, act
[policy_definition]
p = sub, type, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.type == p.type && r.act == p.act && g(r.sub, p.sub, r.dom)
`;

export async function casbinCheck({ users }: RbacWorld): Promise<Check> {
  const enforcer = await casbin(casbinModel, [
    ...itemTypes.flatMap((type) =>
      Object.entries(actionsOf).flatMap(([role, actions]) =>
        actions.map((action) => `p, ${role}, ${type}, ${action}`),
      ),
    ),
    ...users.flatMap((user) => user.roles.map((role) => `g, ${user.id}, ${role.name}, ${role.resource.id}`)),
  ]);
  return (user: User, action, resource: Item) =>
    enforcer.enforceSync(user.id, resource.constructor.name, resource.id, action);
}

const cedarPolicies = Object.entries({
  viewer: ['read', 'export'],
  commenter: ['comment'],
  editor: ['edit', 'share'],
  owner: ['delete'],
})
  .map(([role, actions], rank, all) => {
    const sufficient = all.slice(rank).map(([name]) => `principal.${name}.contains(resource)`);
    const names = actions.map((action) => `Action::"${action}"`);
    return `// ${role}\npermit (principal, action in [${names.join(', ')}], resource)\nwhen { ${sufficient.join(' || ')} };`;
  })
  .join('\n');

function cedarUser(user: User, roles: readonly Role[]): EntityJson {
  const attributes: Record<string, ReturnType<typeof reference>[]> = {};
  for (const name of Object.keys(actionsOf)) attributes[name] = [];
  for (const role of roles)
    attributes[role.name]!.push(reference(role.resource.constructor.name, role.resource.id));
  return entity('User', user.id, attributes);
}

function cedarRequest(user: EntityJson, resource: Item): CedarRequest {
  const type = resource.constructor.name;
  return {
    principal: (user.uid as { id: string }).id,
    resource: { type, id: resource.id },
    entities: [user, entity(type, resource.id)],
  };
}

export function cedarCheck({ users }: RbacWorld): Promise<Check> {
  const known = new Map(users.map((user) => [user, cedarUser(user, user.roles)]));
  return cedar(cedarPolicies, (user: User, _action, resource: Item) =>
    cedarRequest(known.get(user)!, resource),
  );
}

export async function cedarAsync(): Promise<Check> {
  const check = await cedar(cedarPolicies, (user: EntityJson, _action, resource: Item) =>
    cedarRequest(user, resource),
  );
  return async (user: User, action, resource: Item) =>
    check(cedarUser(user, await user.fetchRoles()), action, resource);
}

async function accessControl() {
  const { AccessControl } = await import('accesscontrol');
  const control = new AccessControl();
  let before: string | undefined;
  for (const [role, actions] of Object.entries({
    viewer: ['read', 'export'],
    commenter: ['comment'],
    editor: ['edit', 'share'],
    owner: ['delete'],
  })) {
    const access = control.grant(role);
    if (before !== undefined) access.extend(before);
    for (const type of itemTypes) for (const action of actions) access.action(action, type);
    before = role;
  }
  control.lock();
  const allows = (roles: readonly Role[], action: string, resource: Item): boolean => {
    const names = roles.filter((role) => role.resource === resource).map((role) => role.name);
    if (names.length === 0) return false;
    return control.can(names).do(action, resource.constructor.name).granted;
  };
  return allows;
}

export async function accessControlCheck(): Promise<Check> {
  const allows = await accessControl();
  return (user: User, action, resource: Item) => allows(user.roles, action, resource);
}

export async function accessControlAsync(): Promise<Check> {
  const allows = await accessControl();
  return async (user: User, action, resource: Item) => allows(await user.fetchRoles(), action, resource);
}
