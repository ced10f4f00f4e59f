import { casbin } from '../../libraries/casbin.ts';
import { caslPerRequest, caslPrebuilt, type CaslRule, type SubjectTypes } from '../../libraries/casl.ts';
import { cedar, entity } from '../../libraries/cedar.ts';
import { oso } from '../../libraries/oso.ts';
import { drawMix, type Mix, type ExpectedCheck } from '../../mix.ts';
import { Random } from '../../random.ts';
import type { Check } from '../../library.ts';
import { type RowMaker, type RowTags, type RowType, scenario, type WorldOptions } from '../../scenario.ts';

export class User {
  readonly id: string;
  readonly level: number;
  constructor(id: string, level: number) {
    this.id = id;
    this.level = level;
  }
}

interface Resource {
  readonly id: string;
  /** The name of the type, on the prototype. */
  readonly kind: string;
}
type Kind = new (id: string) => Resource;

const userFields = { id: 'String', level: 'Integer' };

interface RuleRow {
  readonly type: string;
  readonly action: string;
  readonly level: number;
}

interface FlatWorld {
  readonly users: User[];
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly rules: RuleRow[];
  readonly mix: Mix;
}

const actionsPerKind = 10;

/** Creates the types and one rule for each action of each type. No rule calls another. */
function flatWorld({ seed, size, checks }: WorldOptions): FlatWorld {
  const random = new Random(seed);
  const users = Array.from({ length: 50 }, (_, i) => new User(`user-${i}`, random.below(10)));
  const kinds: Record<string, Kind> = {};
  const resources: Resource[] = [];
  const rules: RuleRow[] = [];
  const needed: number[][] = [];
  for (let k = 0; k < size / actionsPerKind; k++) {
    const kind = class {
      declare readonly kind: string;
      readonly id: string;
      constructor(id: string) {
        this.id = id;
      }
    };
    Object.defineProperty(kind.prototype, 'kind', { value: `Kind${k}` });
    kinds[`Kind${k}`] = kind;
    resources.push(new kind(`resource-${k}`));
    needed.push(
      Array.from({ length: actionsPerKind }, (_, a) => {
        const level = 1 + random.below(9);
        rules.push({ type: `Kind${k}`, action: `action_${a}`, level });
        return level;
      }),
    );
  }
  const mix = drawMix(random, checks, (): ExpectedCheck => {
    const user = random.pick(users);
    const k = random.below(resources.length);
    const a = random.below(actionsPerKind);
    return {
      actor: user,
      action: `action_${a}`,
      resource: resources[k],
      allowed: user.level >= needed[k]![a]!,
    };
  });
  return { users, kinds, rules: random.shuffle(rules), mix };
}

const policyOf = ({ rules }: FlatWorld) =>
  rules
    .map(({ type, action, level }) => `allow(user: User, "${action}", _: ${type}) if user.level >= ${level};`)
    .join('\n');

function hand({ kinds, rules }: FlatWorld): Check {
  const levels = new Map<object, Map<string, number>>();
  for (const { type, action, level } of rules) {
    const { prototype } = kinds[type]!;
    let byAction = levels.get(prototype);
    if (byAction === undefined) levels.set(prototype, (byAction = new Map()));
    byAction.set(action, level);
  }
  return function isAllowed(user: User, action: string, resource: object): boolean {
    const level = levels.get(Object.getPrototypeOf(resource))?.get(action);
    return level !== undefined && user.level >= level;
  };
}

const rowTypes = ({ kinds }: FlatWorld): Record<string, RowType> => ({
  User: { key: 'id', fields: userFields },
  ...Object.fromEntries(
    Object.keys(kinds).map((name): [string, RowType] => [name, { key: 'id', fields: { id: 'String' } }]),
  ),
});

const makeRows = ({ tag }: RowTags): RowMaker => ({
  actor: ({ id, level }: User) => tag('User', { kind: 'User', id, level }),
  resource: ({ id, kind }: Resource) => tag(kind, { kind, id }),
});

function handRows({ rules }: FlatWorld): Check {
  const levels = new Map<string, Map<string, number>>();
  for (const { type, action, level } of rules) {
    let byAction = levels.get(type);
    if (byAction === undefined) levels.set(type, (byAction = new Map()));
    byAction.set(action, level);
  }
  return function isAllowed(user: User, action: string, resource: Resource): boolean {
    const level = levels.get(resource.kind)?.get(action);
    return level !== undefined && user.level >= level;
  };
}

const caslRules = ({ kinds, rules }: FlatWorld, user: User, types: SubjectTypes): CaslRule[] =>
  rules
    .filter(({ level }) => user.level >= level)
    .map(({ type, action }) => ({ action, subject: types === 'class' ? kinds[type]! : type }));

async function casl(world: FlatWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPrebuilt(world.users, (user, by) => caslRules(world, user, by), types);
  return (user: User, action, resource: object) => abilityOf(user).can(action, resource);
}

async function caslRequest(world: FlatWorld, types: SubjectTypes = 'class'): Promise<Check> {
  const abilityOf = await caslPerRequest((user: User, by) => caslRules(world, user, by), types);
  return (user: User, action, resource: object) => abilityOf(user).can(action, resource);
}

const namesOf = ({ kinds }: FlatWorld) =>
  new Map<object, string>(Object.entries(kinds).map(([n, k]) => [k, n]));

const casbinModel = `
[request_definition]
r = sub, type, act
[policy_definition]
p = type, act, level
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.type == p.type && r.act == p.act && r.sub.level >= p.level
`;

async function casbinCheck(world: FlatWorld): Promise<Check> {
  const names = namesOf(world);
  const enforcer = await casbin(
    casbinModel,
    world.rules.map(({ type, action, level }) => `p, ${type}, ${action}, ${level}`),
  );
  return (user: User, action, resource: object) =>
    enforcer.enforceSync(user, names.get(resource.constructor), action);
}

function cedarCheck(world: FlatWorld): Promise<Check> {
  const names = namesOf(world);
  const policies = world.rules.map(
    ({ type, action, level }) =>
      `permit (principal, action == Action::"${action}", resource is ${type}) when { principal.level >= ${level} };`,
  );
  const users = new Map(world.users.map((user) => [user, entity('User', user.id, { level: user.level })]));
  return cedar(policies.join('\n'), (user: User, _action, resource: { readonly id: string }) => ({
    principal: user.id,
    resource: { type: names.get(resource.constructor)!, id: resource.id },
    entities: [users.get(user)!],
  }));
}

async function accessControlCheck(world: FlatWorld): Promise<Check> {
  const { AccessControl } = await import('accesscontrol');
  const control = new AccessControl();
  for (const { type, action, level } of world.rules)
    control.grant('user').where(`$.user.level >= ${level}`).action(action, type);
  control.lock();
  const names = namesOf(world);
  return (user: User, action, resource: object) =>
    control.can('user', { user }).do(action, names.get(resource.constructor)!).granted;
}

export const flat = scenario<FlatWorld>({
  id: 'Flat',
  title: 'Many flat rules',
  summary:
    'F rules `allow(user: User, "action", _: Type) if user.level >= n`, for ten actions of each of F/10 types, in random order',
  size: { name: 'F', of: [20, 20_000] },
  rowSizes: [20],
  testSize: 60,
  world: flatWorld,
  hand,
  nanook: (world) => ({
    policy: policyOf(world),
    types: { User, ...world.kinds },
    declared: {
      User: { class: User, fields: userFields },
      ...Object.fromEntries(
        Object.entries(world.kinds).map(([name, kind]) => [name, { class: kind, fields: { id: 'String' } }]),
      ),
    },
  }),
  rows: { types: rowTypes, make: makeRows, hand: handRows, peers: { casl, 'casl-request': caslRequest } },
  peers: {
    oso: (world) => oso(policyOf(world), { User, ...world.kinds }),
    casl,
    'casl-request': caslRequest,
    casbin: casbinCheck,
    cedar: cedarCheck,
    accesscontrol: accessControlCheck,
  },
});
