import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import {
  caslPerRequest,
  caslPrebuilt,
  type CaslRule,
  caslTag,
  type SubjectTypes,
} from '../../libraries/casl.ts';
import { cedar, entity, reference } from '../../libraries/cedar.ts';
import type { Check } from '../../library.ts';
import { Folder, type FoldersWorld, type RoleName, type User } from './world.ts';

const actionsOf: Record<RoleName, string[]> = { viewer: ['read'], editor: ['read', 'write'] };

const idsOf = (user: User, role: RoleName) =>
  user.roles.filter(({ name }) => name === role).map(({ folder }) => folder.id);

const caslRules = (user: User, types: SubjectTypes): CaslRule[] =>
  (['viewer', 'editor'] as const).map((role) => ({
    action: actionsOf[role],
    subject: types === 'class' ? Folder : 'Folder',
    conditions: { id: { $in: idsOf(user, role) } },
  }));

type Can = { can(action: string, folder: Folder): boolean };

/** Returns a function that checks a folder and the folders above it. Each row gets its subject type before its check. */
async function walker(types: SubjectTypes) {
  const tag = types === 'tag' ? await caslTag() : undefined;
  return (ability: Can, action: string, folder: Folder): boolean => {
    for (let at: Folder | null = folder; at !== null; at = at.parent)
      if (ability.can(action, tag === undefined ? at : tag('Folder', at))) return true;
    return false;
  };
}

export async function casl({ users }: FoldersWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPrebuilt(users, caslRules, types);
  const walk = await walker(types);
  return (user: User, action, folder: Folder) => walk(abilityOf(user), action, folder);
}

export async function caslRequest(_: FoldersWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPerRequest(caslRules, types);
  const walk = await walker(types);
  return (user: User, action, folder: Folder) => walk(abilityOf(user), action, folder);
}

/** The model for RBAC with roles of resources: a folder has the role of its parent, up to the root. */
const casbinModel = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.act == p.act && g2(r.obj, p.obj)
`;

export async function casbinCheck({ users, folders, depth }: FoldersWorld): Promise<Check> {
  const { DefaultRoleManager, newEnforcer, newModelFromString, StringAdapter } = await import('casbin');
  const lines = [
    ...users.flatMap(({ id, roles }) =>
      roles.flatMap(({ name, folder }) =>
        actionsOf[name].map((action) => `p, ${id}, ${folder.id}, ${action}`),
      ),
    ),
    ...folders.flatMap(({ id, parent }) => (parent === null ? [] : [`g2, ${id}, ${parent.id}`])),
  ];
  const enforcer = await newEnforcer(newModelFromString(casbinModel));
  // The default limit is ten levels.
  enforcer.setNamedRoleManager('g2', new DefaultRoleManager(depth + 1));
  enforcer.setAdapter(new StringAdapter(lines.join('\n')));
  await enforcer.loadPolicy();
  return (user: User, action, folder: Folder) => enforcer.enforceSync(user.id, folder.id, action);
}

const cedarPolicies = `
permit (principal, action == Action::"read", resource)
when { resource in principal.viewer || resource in principal.editor };

permit (principal, action == Action::"write", resource)
when { resource in principal.editor };
`;

export function cedarCheck({ users }: FoldersWorld): Promise<Check> {
  const userEntities = new Map(
    users.map((user) => {
      const references = (role: RoleName) => idsOf(user, role).map((id) => reference('Folder', id));
      return [user, entity('User', user.id, { viewer: references('viewer'), editor: references('editor') })];
    }),
  );
  const folderEntities = new Map<Folder, EntityJson[]>();
  const pathOf = (folder: Folder): EntityJson[] => {
    let path = folderEntities.get(folder);
    if (path === undefined) {
      path = [];
      for (let at: Folder | null = folder; at !== null; at = at.parent)
        path.push(
          entity('Folder', at.id, {}, at.parent === null ? [] : [{ type: 'Folder', id: at.parent.id }]),
        );
      folderEntities.set(folder, path);
    }
    return path;
  };
  return cedar(cedarPolicies, (user: User, _action, folder: Folder) => ({
    principal: user.id,
    resource: { type: 'Folder', id: folder.id },
    entities: [userEntities.get(user)!, ...pathOf(folder)],
  }));
}
