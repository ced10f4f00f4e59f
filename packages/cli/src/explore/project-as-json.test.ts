import { Authorizer, typed } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import type { NanookConfig } from '../project/config.js';
import { Project } from '../project/project.js';
import { enterFolder } from '../testing/run.fixture.js';
import { projectAsJson } from './project-as-json.js';

class Team {
  constructor(
    readonly id: number,
    readonly members: User[] = [],
  ) {}
}
class User {
  #age = 17;
  constructor(
    readonly id: number,
    readonly team?: Team,
  ) {}
  get isMinor(): boolean {
    return this.#age < 18;
  }
  leads(team: Team): boolean {
    return team.id === this.id;
  }
}
class Admin extends User {}

const asJson = (
  config: NanookConfig,
  source = 'allow(user: User, "read", team: Team) if user.team = team;',
) => projectAsJson(new Project('nanook.config.mjs', config, [{ name: 'main.polar', source }]));

describe('projectAsJson', () => {
  it('writes instances of classes with the values of their getters, and rows that refer to each other by name', async () => {
    await enterFolder({});
    const team = new Team(1);
    const ann = new User(1, team);
    team.members.push(ann);
    const hidden = new Team(2);
    const { config, notes, comparison } = await asJson({
      types: { User, Team },
      fixtures: { ann, team, ben: new User(2, hidden), eve: new User(3, hidden), since: new Date(0) },
    });
    expect(config['fixtures']).toEqual({
      ann: { $type: 'User', id: 1, team: { $ref: 'team' }, isMinor: true },
      team: { $type: 'Team', id: 1, members: [{ $ref: 'ann' }] },
      ben: { $type: 'User', id: 2, team: { $ref: 'team_1' }, isMinor: true },
      eve: { $type: 'User', id: 3, team: { $ref: 'team_1' }, isMinor: true },
      since: { $date: '1970-01-01T00:00:00.000Z' },
      team_1: { $type: 'Team', id: 2, members: [] },
    });
    expect(notes).toEqual([]);
    expect(comparison).toEqual({ compared: 25, differences: [] });
  });

  it('reads only the declared fields and relations of a row, and leaves out what JSON cannot express', async () => {
    await enterFolder({});
    const row = { id: 1n, ownerId: 2, secretOfTheOrm: new Map(), tags: new Set(['a']), rate: Number.NaN };
    const { config, notes } = await asJson({
      types: {
        User: {},
        Team: { fields: { id: 'Integer', tags: ['String'], rate: 'Float', missing: 'String' } },
      },
      fixtures: { team: typed('Team', row), list: [1, new Map()] },
    });
    expect(config['fixtures']).toEqual({ team: { $type: 'Team', id: 1 } });
    expect(notes).toEqual([
      'team.tags is an object of Set',
      'team.rate is NaN',
      'list[1] is an object of Map',
    ]);
  });

  it('leaves out only the fixtures that throw when they are read', async () => {
    await enterFolder({});
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const { config, notes } = await asJson({
      types: { User: {}, Team: {} },
      fixtures: { broken: proxy, team: typed('Team', { id: 1 }), huge: 2n ** 80n },
    });
    expect(config['fixtures']).toEqual({ team: { $type: 'Team', id: 1 } });
    expect(notes).toEqual([
      expect.stringContaining('broken is an object that cannot be read: '),
      'huge is a large BigInt',
    ]);
  });

  it('writes the classes in declarations of types as names, and notes classes that extend others', async () => {
    await enterFolder({});
    const { config, notes } = await asJson({
      types: {
        User: {
          class: User,
          key: 'id',
          fields: { id: Number, team: Team, names: [String], at: { nullable: Date } },
        },
        Team: { class: Team, equals: (a, b) => a === b },
        Admin,
      },
      sql: { dialect: 'sqlite', columnName: (field) => field },
      constants: { limit: 3 },
    });
    expect(config).toMatchObject({
      types: {
        User: {
          key: 'id',
          fields: { id: 'Float', team: 'Team', names: ['String'], at: { nullable: 'Date' } },
        },
        Team: {},
        Admin: {},
      },
      constants: { limit: 3 },
      sql: { dialect: 'sqlite' },
    });
    expect(notes).toEqual([
      'sql.columnName is a function',
      'Team has the function `equals`',
      'the class of Admin extends that of User',
    ]);
    expect(() => JSON.stringify(config)).not.toThrow();
    await Authorizer.load({ types: (config as NanookConfig).types!, policies: 'allow(_, _, _) if true;' });
  });

  it('names each check that this form decides in another way than the project', async () => {
    await enterFolder({});
    const { comparison } = await asJson(
      { types: { User, Team }, fixtures: { ann: new User(1), team: new Team(1), other: new Team(2) } },
      'allow(user: User, "lead", team: Team) if user.leads(team);',
    );
    expect(comparison.differences).toEqual([
      { actor: 'ann', action: 'lead', resource: 'team', outcome: 'allowed' },
      { actor: 'ann', action: 'lead', resource: 'other', outcome: 'denied' },
    ]);
  });

  it('writes the fixtures of a project whose policy has an error', async () => {
    await enterFolder({});
    const { config, comparison } = await asJson(
      { types: { User, Team }, fixtures: { ann: new User(1) } },
      'allow(',
    );
    expect(config['fixtures']).toEqual({ ann: { $type: 'User', id: 1, isMinor: true } });
    expect(comparison).toEqual({ compared: 0, differences: [] });
  });

  it('throws the error of a function of fixtures', async () => {
    await enterFolder({});
    const fixtures = (): never => {
      throw new Error('no database');
    };
    await expect(asJson({ types: { User, Team }, fixtures })).rejects.toThrow(
      'cannot be loaded: no database',
    );
  });
});
