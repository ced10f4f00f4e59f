import { expectTypeOf, test } from 'vitest';
import type { CompiledAuthorizer } from './aot/compiled.js';
import type { BaseAuthorizer } from './authorization/base-authorizer.js';
import { Authorizer, typed, type ActorAuthorizer, type Bindings } from './index.js';
import { actAs } from './testing/index.js';

// cspell:ignore checkread

declare const authorizer: Authorizer;
declare const user: object;
interface Repo {
  id: number;
}
declare const repo: Repo;
declare const pending: Promise<Repo>;

test('checks return the type of the resource, and enumerations return sets of names', () => {
  expectTypeOf(authorizer.authorize({}, 'read', repo)).resolves.toEqualTypeOf<Repo>();
  expectTypeOf(authorizer.authorize({}, 'read', pending)).resolves.toEqualTypeOf<Repo>();
  expectTypeOf(authorizer.can({}, 'read', repo)).resolves.toEqualTypeOf<boolean>();
  expectTypeOf(authorizer.canSync({}, 'read', repo)).toEqualTypeOf<boolean>();
  expectTypeOf(authorizer.actions({}, repo)).resolves.toEqualTypeOf<Set<string>>();
  expectTypeOf(authorizer.fields({}, 'read', repo)).resolves.toEqualTypeOf<Set<string>>();
  expectTypeOf(authorizer.policy.query('f(x)')).toEqualTypeOf<AsyncGenerator<Bindings, void, undefined>>();
  expectTypeOf(authorizer.as(repo).actor).toEqualTypeOf<Repo>();
});

test('the checks of one actor have all methods, as a parameter of a function and in tests', () => {
  const bound: ActorAuthorizer<Repo> = authorizer.as(repo);
  for (const checks of [bound, authorizer.as(repo), actAs(authorizer, repo)]) {
    expectTypeOf(checks.canSync('read', repo)).toEqualTypeOf<boolean>();
    expectTypeOf(checks.authorizeSync('read', repo)).toEqualTypeOf<Repo>();
    expectTypeOf(checks.actionsSync(repo)).toEqualTypeOf<Set<string>>();
    expectTypeOf(checks.fieldsSync('read', repo)).toEqualTypeOf<Set<string>>();
    expectTypeOf(checks.count('read', 'Repo')).resolves.toEqualTypeOf<number>();
  }
});

test('functions can ask for single methods of an authorizer', () => {
  const check = (checks: Pick<Authorizer, 'can' | 'policy'>) => checks.can(user, 'read', repo);
  expectTypeOf(check).toBeCallableWith(authorizer);
  expectTypeOf(check).toBeCallableWith(authorizer.pinned());
  expectTypeOf<Pick<CompiledAuthorizer, 'can' | 'canSync' | 'authorize'>>().toExtend<
    Pick<Authorizer, 'can' | 'canSync' | 'authorize'>
  >();
});

test('a precompiled policy has the checks that all authorizers have', () => {
  type Checks = Pick<BaseAuthorizer, keyof BaseAuthorizer>;
  expectTypeOf<CompiledAuthorizer>().toExtend<Checks>();
});

test('obvious mistakes do not compile', () => {
  // @ts-expect-error -- the actor comes first
  void authorizer.can('read', user, repo);
  // @ts-expect-error -- one action at a time
  void authorizer.can(user, ['read'], repo);
  // @ts-expect-error -- an action
  void authorizer.authorize(user, undefined, repo);
  // @ts-expect-error -- `checkRead`
  void authorizer.authorize(user, 'read', repo, { checkread: false });
  // @ts-expect-error -- a field is a string
  void authorizer.authorizeField(user, 'read', repo, 1);
  // @ts-expect-error -- `await Authorizer.load(…)`
  void Authorizer.load({ policies: '' }).can(user, 'read', repo);
  // @ts-expect-error -- `Authorizer.load`
  new Authorizer();
  // @ts-expect-error -- `{ policies: 'policy.polar' }`
  void Authorizer.load('policy.polar');
  // @ts-expect-error -- `policies`
  void Authorizer.load({ policy: 'policy.polar' });
  // @ts-expect-error -- an option of `@nanook/core/compat`
  void Authorizer.load({ policies: '', dialect: 'oso' });
  // @ts-expect-error -- types by name
  void Authorizer.load({ policies: '', types: [class {}] });
  // @ts-expect-error -- await it
  void typed('Repo', pending);
  // @ts-expect-error -- each row
  typed('Repo', [repo]);
  // @ts-expect-error -- the name comes first
  typed(repo, 'Repo');
  // @ts-expect-error -- the row may not have been found
  typed('Repo', undefined as Repo | undefined);
});

class Envelope {
  declare id: number;
  declare letter: Letter;
  declare copies: Letter[];
  declare stamps: string[];
}

test('the included relations of a list are typed by the row, and one related row can be null', () => {
  const whole = authorizer.list(user, 'read', Envelope, { include: ['letter', 'copies', 'letter.author'] });
  interface Shown {
    id: number;
    letter: ShownLetter | null;
    copies: ShownLetter[];
    stamps: string[];
  }
  interface ShownLetter {
    id: number;
    title: string;
    sentAt: Date | null;
    note?: string;
    size: { width: number } | null;
    print: () => void;
  }
  expectTypeOf(whole).resolves.toHaveProperty('rows').toEqualTypeOf<Shown[]>();
  const one = authorizer.as(user).one('read', Envelope, 5, { include: ['letter'] });
  expectTypeOf(one).resolves.toEqualTypeOf<Shown>();
  const masked = authorizer.list(user, 'read', Envelope, { include: ['letter'], fields: 'read' });
  expectTypeOf(masked).resolves.toHaveProperty('rows').toEqualTypeOf<Partial<Shown>[]>();
  void authorizer.list(user, 'read', 'Envelope', { include: ['anything'] });
  // @ts-expect-error -- `letter`
  void authorizer.list(user, 'read', Envelope, { include: ['letters'] });
  // @ts-expect-error -- a column
  void authorizer.list(user, 'read', Envelope, { include: ['stamps'] });
  // @ts-expect-error -- `letter`
  void authorizer.one(user, 'read', Envelope, 5, { include: ['letters.author'] });
  // @ts-expect-error -- a list
  void authorizer.list(user, 'read', Envelope, { include: 'letter' });
});

test('typed keeps the type of the row, even in generic code', () => {
  expectTypeOf(typed('Repo', repo)).toEqualTypeOf<Repo>();
  expectTypeOf([repo].map((row) => typed('Repo', row))).toEqualTypeOf<Repo[]>();
  const tagAll = <T extends object>(rows: T[]): T[] => rows.map((row) => typed('Repo', row));
  expectTypeOf(tagAll([repo])).toEqualTypeOf<Repo[]>();
});

class Letter {
  declare id: number;
  declare title: string;
  declare sentAt: Date | null;
  declare note?: string;
  declare size: { width: number };
  print(): void {}
}

test('the options of a list are typed by the row, and a list of fields has rows without some of them', () => {
  const list = authorizer.list(user, 'read', Letter, {
    where: {
      title: { contains: 'a', not: ['b', null] },
      sentAt: [null, new Date()],
      note: null,
      or: [{ id: { gte: 1, lt: 9 } }, { not: { id: [2, 3] } }],
    },
    orderBy: { sentAt: { direction: 'desc', nulls: 'last' } },
  });
  expectTypeOf(list).resolves.toHaveProperty('rows').toEqualTypeOf<Letter[]>();
  const masked = authorizer.as(user).list('read', Letter, { fields: 'read', where: { id: 1 } });
  expectTypeOf(masked).resolves.toHaveProperty('rows').toEqualTypeOf<Partial<Letter>[]>();
  const named = authorizer.list<Letter>(user, 'read', 'Letter', { where: { id: 1 } });
  expectTypeOf(named).resolves.toHaveProperty('rows').toEqualTypeOf<Letter[]>();
  void authorizer.list(user, 'read', 'Letter', {
    where: { or: [{ any: { gt: 1 } }], any: 1 },
  });
  // @ts-expect-error -- `title`
  void authorizer.list(user, 'read', Letter, { where: { tittle: 'a' } });
  // @ts-expect-error -- a text
  void authorizer.list(user, 'read', Letter, { where: { title: 5 } });
  // @ts-expect-error -- a number
  void authorizer.list(user, 'read', Letter, { where: { or: [{ id: { gt: '1' } }] } });
  // @ts-expect-error -- an operator
  void authorizer.list(user, 'read', Letter, { where: { title: { contain: 'a' } } });
  // @ts-expect-error -- `title`
  void authorizer.list(user, 'read', Letter, { orderBy: { tittle: 'asc' } });
  // @ts-expect-error -- an action
  void authorizer.list(user, 'read', Letter, { fields: ['title'] });
});
