import { casbin } from '../../libraries/casbin.ts';
import { caslPerRequest, caslPrebuilt, type CaslRule, type SubjectTypes } from '../../libraries/casl.ts';
import { cedar, entity, reference } from '../../libraries/cedar.ts';
import type { Check } from '../../library.ts';
import { Document, type ListWorld, type RoleName, type User } from './world.ts';

const actionsOf: Record<RoleName, string[]> = { viewer: ['read'], editor: ['read', 'edit'] };
const roleNames = ['viewer', 'editor'] as const;

const idsOf = (user: User, name: RoleName) =>
  user.roles.filter((role) => role.name === name).map(({ document }) => document.id);

const caslRules = (user: User, types: SubjectTypes): CaslRule[] =>
  roleNames.map((name) => ({
    action: actionsOf[name],
    subject: types === 'class' ? Document : 'Document',
    conditions: { id: { $in: idsOf(user, name) } },
  }));

export async function casl({ users }: ListWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPrebuilt(users, caslRules, types);
  return (user: User, action, document: Document) => abilityOf(user).can(action, document);
}

export async function caslRequest(_: ListWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPerRequest(caslRules, types);
  return (user: User, action, document: Document) => abilityOf(user).can(action, document);
}

/** Returns a function that builds abilities. Their conditions are functions, with a custom matcher, as the documentation of CASL shows. */
async function lookUps(types: SubjectTypes) {
  const { Ability } = await import('@casl/ability');
  type Condition = (document: { readonly [field: PropertyKey]: unknown }) => boolean;
  type Abilities = [string, typeof Document | 'Document' | Document];
  const detectSubjectType = {
    class: (subject: object) => subject.constructor as typeof Document,
    field: (subject: object) => (subject as { readonly kind: 'Document' }).kind,
    tag: undefined,
  }[types];
  return (user: User) =>
    new Ability<Abilities, Condition>(
      roleNames.map((name) => ({
        action: actionsOf[name],
        subject: types === 'class' ? Document : 'Document',
        conditions: (document) => user.roleOn(document as unknown as Document) === name,
      })),
      {
        conditionsMatcher: (condition) => condition,
        ...(detectSubjectType === undefined ? {} : { detectSubjectType }),
      },
    );
}

export async function caslLookUp({ users }: ListWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const build = await lookUps(types);
  const abilities = new Map(users.map((user) => [user, build(user)]));
  return (user: User, action, document: Document) => abilities.get(user)!.can(action, document);
}

export async function caslLookUpRequest(_: ListWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const build = await lookUps(types);
  return (user: User, action, document: Document) => build(user).can(action, document);
}

const casbinModel = `
[request_definition]
r = sub, dom, act
[policy_definition]
p = sub, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g(r.sub, p.sub, r.dom)
`;

export async function casbinCheck({ users }: ListWorld): Promise<Check> {
  const enforcer = await casbin(casbinModel, [
    ...roleNames.flatMap((name) => actionsOf[name].map((action) => `p, ${name}, ${action}`)),
    ...users.flatMap(({ id, roles }) =>
      roles.map(({ name, document }) => `g, ${id}, ${name}, ${document.id}`),
    ),
  ]);
  return (user: User, action, document: Document) => enforcer.enforceSync(user.id, document.id, action);
}

const cedarPolicies = `
permit (principal, action == Action::"read", resource)
when { principal.viewer.contains(resource) || principal.editor.contains(resource) };

permit (principal, action == Action::"edit", resource)
when { principal.editor.contains(resource) };
`;

export function cedarCheck({ users }: ListWorld): Promise<Check> {
  const known = new Map(
    users.map((user) => {
      const references = (name: RoleName) => idsOf(user, name).map((id) => reference('Document', id));
      return [user, entity('User', user.id, { viewer: references('viewer'), editor: references('editor') })];
    }),
  );
  return cedar(cedarPolicies, (user: User, _action, document: Document) => ({
    principal: user.id,
    resource: { type: 'Document', id: document.id },
    entities: [known.get(user)!, entity('Document', document.id)],
  }));
}

async function accessControl() {
  const { AccessControl } = await import('accesscontrol');
  const control = new AccessControl();
  control.grant('viewer').action('read', 'document');
  control.grant('editor').extend('viewer').action('edit', 'document');
  control.lock();
  return (role: RoleName | null | undefined, action: string) =>
    role !== null && role !== undefined && control.can(role).do(action, 'document').granted;
}

export async function accessControlScan(): Promise<Check> {
  const allows = await accessControl();
  return (user: User, action, document: Document) =>
    allows(user.roles.find((role) => role.document === document)?.name, action);
}

export async function accessControlLookUp(): Promise<Check> {
  const allows = await accessControl();
  return (user: User, action, document: Document) => allows(user.roleOn(document), action);
}
