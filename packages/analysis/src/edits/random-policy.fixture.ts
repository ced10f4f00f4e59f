import fc from 'fast-check';

// Random policies in which the same words are names of roles, permissions, relations, rules and variables, and texts with another meaning.

/** The words that name something in a policy. */
export const words = ['read', 'edit', 'owner', 'member', 'team'] as const;

/**
 * Rules with marks: `T` is a type, `P1` and `P2` are its permissions, `R1` and `R2` its roles, `O1` is a role of `Org`, and `X` and `Y` are any
 * words.
 */
const rules = [
  'has_role(user: User, "R1", _: T) if user.isStaff;',
  'has_role(user: User, name: String, org: Org) if\n  role in user.roles and\n  role.org = org and\n  role.name = name;',
  'has_role(user: User, "O1", org: Org) if role in user.roles and role.org = org and role.name = "Y"; # "O1"',
  'has_permission(user: User, "P1", t: T) if has_role(user, "R1", t);',
  'has_permission(user: User, action: String, _: T) if action in ["P1", "P2"] and user.isStaff;',
  'allow(user: User, "P1", _: T) if user.name = "Y";',
  'allow(user: User, "X", thing) if has_role(user, "R1", thing);',
  'allow(user: User, "X", thing) if thing matches T and has_role(user, "R1", thing);',
  'allow(user: User, "P1", doc: Doc) if has_role(user, "O1", doc.org);',
  'X_helper(user: User, Y: String, t: T) if has_permission(user, Y, t);\nallow(user: User, "X", t: T) if X_helper(user, "P1", t);',
  'allow(user: User, X, t: T) if X = "P1" and user.isStaff and not has_role(user, "R2", t);',
  'has_role(user: User, "R1", resource: Resource) if user.isStaff and resource.name = "Y";',
  'allow(user: User, action, t: T) if has_permission(user, "P1", t) and action != "P2";',
  'allow(user: User, "X", doc: Doc) if forall(role in user.roles, has_role(user, "O1", role.org)) and doc.name = "X";',
  'allow(_: User, "X", T);',
  'X(user: User, doc: Doc) if the_org = doc.org and Y = the_org and has_role(user, "O1", Y);\nallow(user: User, "Y", doc: Doc) if X(user, doc);',
  'allow(owner: User, "P1", member: T) if team = owner and has_role(team, "R1", member) and owner.name != "owner";',
  'allow(user: User, "X", doc: Doc) if has_relation(org, "REL", doc) and has_role(user, "O1", org);',
  'allow(user: User, action: String, doc: Doc) if [action, "X"] = ["P1", user.name] and doc.name = action;',
  '# "P1" if "R1" of T\nX() if 1 = 1;\nY_is(X) if X = "P1";\nallow(user: User, X, t: T) if X() and Y_is(X) and t.name = user.name;',
  'allow(user: User, action, t: T) if action = other and other = "P1" and has_role(user, held, t) and held = "R1";',
  'allow(user: User, action, t: T) if action in ["P1"] and has_role(user, held, t) and held in ["R1", "R2"];',
];

/** A block: the order of the words, and the number of those that are permissions. The others are roles. */
interface Block {
  readonly order: readonly string[];
  readonly permissions: number;
  readonly grants: readonly (readonly [name: number, by: number, isRelated: boolean])[];
}

const nat = fc.noBias(fc.nat(99));

const block: fc.Arbitrary<Block> = fc.record({
  order: fc.shuffledSubarray([...words], { minLength: words.length }),
  permissions: fc.integer({ min: 1, max: words.length - 1 }),
  grants: fc.array(fc.tuple(nat, nat, fc.boolean()), { maxLength: 4 }),
});

export interface PolicySpec {
  readonly org: Block;
  readonly doc: Block;
  readonly note: Block;
  readonly relation: string;
  readonly rules: readonly (readonly [rule: string, type: string, numbers: readonly number[]])[];
}

export const policySpec: fc.Arbitrary<PolicySpec> = fc.record({
  org: block,
  doc: block,
  note: block,
  relation: fc.constantFrom('org', 'parent'),
  rules: fc.array(
    fc.tuple(
      fc.noBias(fc.constantFrom(...rules)),
      fc.constantFrom('Org', 'Doc', 'Note'),
      fc.array(nat, { minLength: 7, maxLength: 7 }),
    ),
    { minLength: 1, maxLength: 6 },
  ),
});

const permissionsOf = ({ order, permissions }: Block): readonly string[] => order.slice(0, permissions);
const rolesOf = ({ order, permissions }: Block): readonly string[] => order.slice(permissions);
const pick = (list: readonly string[], number: number): string => list[number % list.length]!;

/** Returns the two policies of a specification. */
export function textOf(spec: PolicySpec): ReadonlyMap<string, string> {
  const { org, doc, note, relation } = spec;
  const blocks: Readonly<Record<string, Block>> = { Org: org, Doc: doc, Note: note };
  const texts = spec.rules.map(([rule, type, numbers]) => {
    const own = blocks[type]!;
    const marks: Readonly<Record<string, string>> = {
      T: type,
      P1: pick(permissionsOf(type === 'Doc' || !rule.includes('doc: Doc') ? own : doc), numbers[0]!),
      P2: pick(permissionsOf(own), numbers[1]!),
      R1: pick(rolesOf(own), numbers[2]!),
      R2: pick(rolesOf(own), numbers[3]!),
      O1: pick(rolesOf(org), numbers[4]!),
      X: pick(words, numbers[5]!),
      Y: pick(words, numbers[6]!),
      REL: relation,
    };
    return rule.replaceAll(/\b(?:T|P1|P2|R1|R2|O1|REL)\b|\b[XY](?=\b|_)/g, (mark) => marks[mark]!);
  });
  return new Map([
    [
      'blocks.polar',
      [
        general(relation),
        blockText('Org', org),
        blockText('Doc', doc, org, relation),
        blockText('Note', note),
      ].join('\n'),
    ],
    ['rules.polar', `${texts.join('\n\n')}\n`],
  ]);
}

const general = (relation: string): string => `actor User {}

allow(actor, action, resource) if
  has_permission(actor, action, resource);

has_relation(org: Org, "${relation}", doc: Doc) if org = doc.org;
`;

const list = (name: string, names: readonly string[]): string =>
  `  ${name} = [${names.map((each) => `"${each}"`).join(', ')}];`;

function blockText(name: string, own: Block, related?: Block, relation = ''): string {
  const grants = own.grants.flatMap(([granted, by, isRelated]) => {
    const head = pick(own.order, granted);
    if (isRelated && related !== undefined)
      return [`  "${head}" if "${pick(related.order, by)}" on "${relation}";`];
    const role = pick(rolesOf(own), by);
    return role === head ? [] : [`  "${head}" if "${role}";`];
  });
  const lists = [
    list('permissions', permissionsOf(own)),
    list('roles', rolesOf(own)),
    ...(related === undefined ? [] : [`  relations = { ${relation}: Org };`]),
  ];
  const facts = rolesOf(own).map(
    (role) => `has_role(user: User, "${role}", ${name === 'Org' ? 'org: Org' : `_: ${name}`}) if
  role in user.roles and
  role.name = "${role}"${name === 'Org' ? ' and\n  role.org = org' : ''};\n`,
  );
  return `resource ${name} {\n${[...lists, ...grants].join('\n')}\n}\n\n${facts.join('\n')}`;
}
