import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { loadAuthorizer } from '../module/load-authorizer.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import { PolarType } from '../index.js';

// cspell:ignore onwer

it('throws for @PolarType without parentheses', () => {
  expect(() => {
    @(PolarType as unknown as ClassDecorator)
    class Bare {}
    return Bare;
  }).toThrow('@PolarType got Bare, or is written on it without parentheses; write @PolarType()');
});

const load = (options: NanookModuleOptions) => loadAuthorizer(options, new ModulesContainer());

@PolarType()
class User {
  constructor(readonly name: string) {}
}

// The class refers to another class that does not exist yet.
@PolarType({ key: 'id', fields: () => ({ id: 'Integer', owner: User, notes: [Note] }) })
class Folder {
  readonly notes: Note[] = [];
  constructor(
    readonly id: number,
    readonly owner: User,
  ) {}
}

@PolarType('Remark')
class Note {
  constructor(readonly folder: Folder) {}
}

const alice = new User('alice');
const note = new Note(new Folder(1, alice));

describe('@PolarType', () => {
  it('registers a class under its name, and under another', async () => {
    const authorizer = await load({
      policies: 'allow(user: User, "read", note: Remark) if note.folder.owner = user;',
    });
    expect(await authorizer.can(alice, 'read', note)).toBe(true);
    expect(await authorizer.can(new User('bob'), 'read', note)).toBe(false);
  });

  it('declares keys and fields', async () => {
    const { can: isAllowed } = await load({
      policies: 'allow(folder: Folder, "same", folder);',
    }).then((authorizer) => ({ can: authorizer.can.bind(authorizer) }));
    expect(await isAllowed(new Folder(1, alice), 'same', new Folder(1, alice))).toBe(true);
    expect(await isAllowed(new Folder(1, alice), 'same', new Folder(2, alice))).toBe(false);
    await expect(
      load({ policies: 'allow(_: User, "read", folder: Folder) if folder.onwer = 1;' }),
    ).rejects.toThrow(/onwer/);
  });

  it('registers no type if the option `types` has its name or its class', async () => {
    class Other {}
    const byName = await load({ policies: 'allow(_, _, _: Remark);', types: { Remark: Other } });
    expect(byName.type('Remark')).toBe(Other);
    const byClass = await load({ policies: 'allow(_, _, _: Memo);', types: { Memo: Note } });
    expect(byClass.type('Memo')).toBe(Note);
    expect(() => byClass.type('Remark')).toThrow(/Remark/);
  });

  it('has no effect if the policy does not name the class', async () => {
    const authorizer = await load({ policies: 'allow("alice", _, _);', types: {} });
    expect(await authorizer.can('alice', 'read', note)).toBe(true);
  });

  it('takes the later class of a file that was evaluated twice, as in watch mode', async () => {
    const evaluate = (): Type =>
      runInThisContext('(class Reloaded {})', { filename: '/app/reloaded.js' }) as Type;
    const [earlier, later] = [evaluate(), evaluate()];
    PolarType()(earlier);
    PolarType()(later);
    const authorizer = await load({ policies: 'allow("alice", "read", _: Reloaded);' });
    expect(authorizer.type('Reloaded')).toBe(later);
  });

  it('throws for two classes of one name, unless the option `types` has one of them', async () => {
    const First = class Twin {};
    const Second = class Twin {};
    PolarType()(First);
    PolarType()(First); // the same class again
    const policies = 'allow(_, _, _: Twin);';
    expect((await load({ policies })).type('Twin')).toBe(First);
    PolarType()(Second);
    await expect(load({ policies })).rejects.toMatchObject({
      code: 'NANOOK_NEST_DUPLICATE_TYPE',
      message: expect.stringMatching(/'Twin'.*Twin \(.*polar-type\.decorator\.test\.ts:\d+\) and Twin \(/),
    });
    expect((await load({ policies, types: { Twin: Second } })).type('Twin')).toBe(Second);
  });
});
