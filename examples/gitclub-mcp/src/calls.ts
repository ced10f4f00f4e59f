/** A call of the demo, and its expected result. */
export interface Call {
  /** The agent, its user and its scopes, as the token has them. */
  readonly as: string;
  /** The name of a tool, or the URI of a resource; `list` lists the tools. */
  readonly call: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** The answer of the user to a question; default: the client cannot ask. */
  readonly approve?: boolean;
  /** A part of the result, or of the message of its error. */
  readonly expect: string;
  readonly lacks?: string;
  readonly why: string;
}

const reader = 'club:read';
const writer = 'club:read club:write';

/** The calls of the demo, in order. */
export const calls: readonly Call[] = [
  { as: 'assistant@eve', call: 'list', expect: 'status', lacks: 'list', why: 'Eve has no account' },
  { as: `assistant@dan ${reader}`, call: 'list', expect: 'status', lacks: 'list', why: 'Dan is suspended' },
  {
    as: `assistant@carol ${reader}`,
    call: 'list',
    expect: 'close-issue',
    lacks: 'delete-repository',
    why: 'Carol can delete no repository',
  },
  { as: `assistant@alice ${reader}`, call: 'list', expect: 'delete-repository', why: 'Alice owns Acme' },
  {
    as: `assistant@bob ${reader}`,
    call: 'list-repositories',
    expect: 'tongs',
    lacks: 'hammer',
    why: 'of Acme and the Guild',
  },
  {
    as: `assistant@carol ${reader}`,
    call: 'list-repositories',
    expect: 'anvil',
    lacks: 'rocket',
    why: 'Carol maintains Anvil',
  },
  {
    as: `assistant@bob ${reader}`,
    call: 'list-issues',
    args: { id: 'anvil' },
    expect: 'too heavy',
    why: 'readers may list issues',
  },
  {
    as: `assistant@carol ${reader}`,
    call: 'list-issues',
    args: { id: 'rocket' },
    expect: 'Not found',
    why: 'Carol has no role here',
  },
  {
    as: `assistant@carol ${reader}`,
    call: 'list-issues',
    args: { id: 'nothing' },
    expect: 'Not found',
    why: 'it does not exist',
  },
  {
    as: `assistant@bob ${reader}`,
    call: 'create-issue',
    args: { id: 'rocket', title: 'It does not fly' },
    expect: 'required "club:read club:write"',
    why: 'the scope club:write is missing',
  },
  {
    as: `assistant@bob ${writer}`,
    call: 'create-issue',
    args: { id: 'rocket', title: 'It does not fly' },
    expect: '"creatorId":"bob"',
    why: 'readers may create issues',
  },
  {
    as: `assistant@bob ${writer}`,
    call: 'close-issue',
    args: { id: 1 },
    expect: '"isOpen":false',
    why: 'Bob created it',
  },
  {
    as: `assistant@bob ${writer}`,
    call: 'close-issue',
    args: { id: 2 },
    expect: 'Forbidden',
    why: 'Mara created it',
  },
  {
    as: 'assistant@carol club:admin',
    call: 'delete-repository',
    args: { id: 'rocket' },
    expect: 'Tool delete-repository not found',
    why: 'a scope gives no right to Carol',
  },
  {
    as: 'assistant@alice club:read club:admin',
    call: 'delete-repository',
    args: { id: 'rocket' },
    approve: false,
    expect: 'Not approved',
    why: 'Alice declines',
  },
  {
    as: 'assistant@alice club:read club:admin',
    call: 'delete-repository',
    args: { id: 'rocket' },
    approve: true,
    expect: '"deleted":"rocket"',
    why: 'Alice approves',
  },
  {
    as: `assistant@mara ${reader}`,
    call: 'read-profile',
    args: { id: 'bob' },
    expect: 'salary',
    lacks: 'email',
    why: 'managers see no e-mail',
  },
  {
    as: `assistant@bob ${reader}`,
    call: 'gitclub://repositories/tongs',
    expect: 'Tongs',
    why: 'Bob is a reader of Tongs',
  },
  {
    as: `assistant@bob ${reader}`,
    call: 'gitclub://repositories/hammer',
    expect: 'not found',
    why: 'the Guild has no base role',
  },
];
