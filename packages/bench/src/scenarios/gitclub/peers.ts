import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { casbin } from '../../libraries/casbin.ts';
import { caslPerRequest, caslPrebuilt, type CaslRule, type SubjectTypes } from '../../libraries/casl.ts';
import { cedar, entity, reference } from '../../libraries/cedar.ts';
import type { Check } from '../../library.ts';
import type {
  GitClubCopy,
  GitClubWorld,
  Issue,
  Organization,
  OrganizationRole,
  Repository,
  RepositoryRole,
  Resource,
  User,
} from './world.ts';

const repositoryActions: Record<RepositoryRole, string[]> = {
  reader: ['read', 'create_issue'],
  maintainer: ['read', 'create_issue', 'push'],
  admin: ['read', 'create_issue', 'push', 'delete'],
};
const issueActions: Record<RepositoryRole, string[]> = {
  reader: ['read', 'comment'],
  maintainer: ['read', 'comment', 'close'],
  admin: ['read', 'comment', 'close'],
};
const repositoryRoles = Object.keys(repositoryActions) as RepositoryRole[];

/** Returns the rules of a user: for the copies in which the user has a role, and for the issues of the user in every copy. */
function caslRules(
  user: User,
  copies: readonly GitClubCopy[],
  copyOf: Map<string, GitClubCopy>,
  types: SubjectTypes,
): CaslRule[] {
  const rules: CaslRule[] = [];
  const subjectsOf = ({ suffix, classes }: GitClubCopy) =>
    types === 'class'
      ? classes
      : { Organization: `Organization${suffix}`, Repository: `Repository${suffix}`, Issue: `Issue${suffix}` };
  for (const copy of new Set(user.grants.map(({ resource }) => copyOf.get(resource.kind)!))) {
    const { Organization, Repository, Issue } = subjectsOf(copy);
    const ids = (name: 'Organization' | 'Repository', ...roles: string[]) => {
      const kind = `${name}${copy.suffix}`;
      return user.grants
        .filter(({ role, resource }) => resource.kind === kind && roles.includes(role))
        .map(({ resource }) => resource.id);
    };
    const members = ids('Organization', 'member', 'owner');
    const owned = ids('Organization', 'owner');
    if (members.length > 0) {
      rules.push({ action: 'read', subject: Organization, conditions: { id: { $in: members } } });
      for (const role of repositoryRoles) {
        const organization = { $in: members };
        rules.push(
          {
            action: repositoryActions[role],
            subject: Repository,
            conditions: { 'organization.id': organization, 'organization.baseRole': role },
          },
          {
            action: issueActions[role],
            subject: Issue,
            conditions: {
              'repository.organization.id': organization,
              'repository.organization.baseRole': role,
            },
          },
        );
      }
    }
    if (owned.length > 0) {
      rules.push(
        { action: 'create_repository', subject: Organization, conditions: { id: { $in: owned } } },
        {
          action: repositoryActions.admin,
          subject: Repository,
          conditions: { 'organization.id': { $in: owned } },
        },
        {
          action: issueActions.admin,
          subject: Issue,
          conditions: { 'repository.organization.id': { $in: owned } },
        },
      );
    }
    for (const role of repositoryRoles) {
      const direct = ids('Repository', role);
      if (direct.length === 0) continue;
      rules.push(
        { action: repositoryActions[role], subject: Repository, conditions: { id: { $in: direct } } },
        { action: issueActions[role], subject: Issue, conditions: { 'repository.id': { $in: direct } } },
      );
    }
  }
  for (const copy of copies)
    rules.push({ action: 'close', subject: subjectsOf(copy).Issue, conditions: { 'creator.id': user.id } });
  return rules;
}

const copiesByKind = ({ copies }: GitClubWorld): Map<string, GitClubCopy> =>
  new Map(
    copies.flatMap((copy) =>
      Object.keys(copy.classes).map((name): [string, GitClubCopy] => [`${name}${copy.suffix}`, copy]),
    ),
  );

export async function casl(world: GitClubWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const copyOf = copiesByKind(world);
  const rulesOf = (user: User, by: SubjectTypes) => caslRules(user, world.copies, copyOf, by);
  const abilityOf = await caslPrebuilt(world.users, rulesOf, types);
  return (user: User, action, resource: Resource) => abilityOf(user).can(action, resource);
}

export async function caslRequest(world: GitClubWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const copyOf = copiesByKind(world);
  const rulesOf = (user: User, by: SubjectTypes) => caslRules(user, world.copies, copyOf, by);
  const abilityOf = await caslPerRequest(rulesOf, types);
  return (user: User, action, resource: Resource) => abilityOf(user).can(action, resource);
}

/** The model with roles in domains. The policy has one line for each way to get a permission; the resource is an object. */
const casbinModel = `
[request_definition]
r = sub, type, obj, act
[policy_definition]
p = way, role, type, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = ${[
  'r.type == p.type && r.act == p.act && (',
  [
    '(p.way == "self" && g(r.sub, p.role, r.obj.id))',
    '(p.way == "organization" && g(r.sub, p.role, r.obj.organization.id))',
    '(p.way == "base" && r.obj.organization.baseRole == p.role && (g(r.sub, "member", r.obj.organization.id) || g(r.sub, "owner", r.obj.organization.id)))',
    '(p.way == "repository" && g(r.sub, p.role, r.obj.repository.id))',
    '(p.way == "repository organization" && g(r.sub, p.role, r.obj.repository.organization.id))',
    '(p.way == "repository base" && r.obj.repository.organization.baseRole == p.role && (g(r.sub, "member", r.obj.repository.organization.id) || g(r.sub, "owner", r.obj.repository.organization.id)))',
    '(p.way == "creator" && r.obj.creator.id == r.sub)',
  ].join(' || '),
  ')',
].join('')}
`;

function casbinLines(n: string): string[] {
  const line = (way: string, role: string, type: string, action: string) =>
    `p, ${way}, ${role}, ${type}${n}, ${action}`;
  return [
    line('self', 'member', 'Organization', 'read'),
    line('self', 'owner', 'Organization', 'read'),
    line('self', 'owner', 'Organization', 'create_repository'),
    ...repositoryActions.admin.map((action) => line('organization', 'owner', 'Repository', action)),
    ...issueActions.admin.map((action) => line('repository organization', 'owner', 'Issue', action)),
    ...repositoryRoles.flatMap((role) => [
      ...repositoryActions[role].flatMap((action) => [
        line('self', role, 'Repository', action),
        line('base', role, 'Repository', action),
      ]),
      ...issueActions[role].flatMap((action) => [
        line('repository', role, 'Issue', action),
        line('repository base', role, 'Issue', action),
      ]),
    ]),
    line('creator', '-', 'Issue', 'close'),
  ];
}

function typeNames({ copies }: GitClubWorld): Map<object, string> {
  return new Map(
    copies.flatMap(({ classes, suffix }) =>
      Object.entries(classes).map(([name, type]): [object, string] => [type, `${name}${suffix}`]),
    ),
  );
}

export async function casbinCheck(world: GitClubWorld): Promise<Check> {
  const names = typeNames(world);
  const enforcer = await casbin(casbinModel, [
    ...world.copies.flatMap(({ suffix }) => casbinLines(suffix)),
    ...world.users.flatMap(({ id, grants }) =>
      grants.map(({ role, resource }) => `g, ${id}, ${role}, ${resource.id}`),
    ),
  ]);
  return (user: User, action, resource: Resource) =>
    enforcer.enforceSync(user.id, names.get(resource.constructor), resource, action);
}

const cedarPolicies = (n: string) => {
  const isMember = (organization: string) =>
    `(principal.member.contains(${organization}) || principal.owner.contains(${organization}))`;
  const has = (repository: string, ...roles: RepositoryRole[]) =>
    [
      ...roles.map((role) => `principal.${role}.contains(${repository})`),
      `principal.owner.contains(${repository}.organization)`,
      `(${repository}.organization has baseRole && [${roles.map((role) => `"${role}"`).join(', ')}].contains(${repository}.organization.baseRole) && ${isMember(`${repository}.organization`)})`,
    ].join(' || ');
  const permit = (actions: string[], type: string, condition: string) =>
    `permit (principal, action in [${actions.map((action) => `Action::"${action}"`).join(', ')}], resource is ${type}${n})\nwhen { ${condition} };`;
  return [
    permit(['read'], 'Organization', isMember('resource')),
    permit(['create_repository'], 'Organization', 'principal.owner.contains(resource)'),
    permit(['read', 'create_issue'], 'Repository', has('resource', 'reader', 'maintainer', 'admin')),
    permit(['push'], 'Repository', has('resource', 'maintainer', 'admin')),
    permit(['delete'], 'Repository', has('resource', 'admin')),
    permit(['read', 'comment'], 'Issue', has('resource.repository', 'reader', 'maintainer', 'admin')),
    permit(['close'], 'Issue', has('resource.repository', 'maintainer', 'admin')),
    permit(['close'], 'Issue', 'resource.creator == principal'),
  ].join('\n');
};

const cedarRoles: readonly (OrganizationRole | RepositoryRole)[] = ['member', 'owner', ...repositoryRoles];

export function cedarCheck(world: GitClubWorld): Promise<Check> {
  const names = typeNames(world);
  const known = new Map<object, EntityJson[]>();
  for (const user of world.users) {
    const attributes = Object.fromEntries(
      cedarRoles.map((role) => [
        role,
        user.grants
          .filter((grant) => grant.role === role)
          .map(({ resource }) => reference(names.get(resource.constructor)!, resource.id)),
      ]),
    );
    known.set(user, [entity('User', user.id, attributes)]);
  }
  /** The resource and the objects that it refers to. */
  const entitiesOf = (resource: Resource): EntityJson[] => {
    let entities = known.get(resource);
    if (entities === undefined) {
      entities = build(resource);
      known.set(resource, entities);
    }
    return entities;
  };
  const build = (resource: Resource): EntityJson[] => {
    const type = names.get(resource.constructor)!;
    if ('repository' in resource) return buildIssue(type, resource);
    if ('organization' in resource) return buildRepository(type, resource);
    return buildOrganization(type, resource);
  };
  const buildIssue = (type: string, { id, repository, creator }: Issue) => [
    entity(type, id, {
      repository: reference(names.get(repository.constructor)!, repository.id),
      creator: reference('User', creator.id),
    }),
    ...entitiesOf(repository),
  ];
  const buildRepository = (type: string, { id, organization }: Repository) => [
    entity(type, id, { organization: reference(names.get(organization.constructor)!, organization.id) }),
    ...entitiesOf(organization),
  ];
  const buildOrganization = (type: string, { id, baseRole }: Organization) => [
    entity(type, id, baseRole === null ? {} : { baseRole }),
  ];
  return cedar(
    world.copies.map(({ suffix }) => cedarPolicies(suffix)).join('\n'),
    (user: User, _action, resource: Resource) => ({
      principal: user.id,
      resource: { type: names.get(resource.constructor)!, id: resource.id },
      entities: [...known.get(user)!, ...entitiesOf(resource)],
    }),
  );
}
