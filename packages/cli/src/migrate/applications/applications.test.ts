import type { Express } from 'express';
import { describe, expect, it, vi } from 'vitest';
import { enterFolder, nanook } from '../../testing/run.fixture.js';
import { expenseEdits, expenseRequests, expenses } from './expenses.fixture.js';
import { gitClub, gitClubEdits, gitClubRequests } from './git-club.fixture.js';
import {
  answersOf,
  editByHand,
  filesWithErrors,
  loadApplication,
  migrateApplication,
  type ApplicationFiles,
} from './load-application.fixture.js';
import { ticketEdits, tickets } from './tickets.fixture.js';

/** Applications as users of oso write them, with what each answers. */
const applications = [
  {
    name: 'an Express application with lists by TypeORM',
    files: gitClub,
    edits: gitClubEdits,
    answers: async (files: ApplicationFiles) => {
      const { createApp } = loadApplication(files, 'src/app') as { createApp: () => Promise<Express> };
      return answersOf(await createApp(), gitClubRequests);
    },
  },
  {
    name: 'an Express application with a helper module, in JavaScript with require',
    files: expenses,
    edits: expenseEdits,
    answers: async (files: ApplicationFiles) =>
      answersOf((loadApplication(files, 'src/app') as { app: Express }).app, expenseRequests),
  },
  {
    name: 'an application whose modules import one instance, with services that own others',
    files: tickets,
    edits: ticketEdits,
    answers: async (files: ApplicationFiles) =>
      (loadApplication(files, 'src/main') as { answers: () => Promise<unknown[]> }).answers(),
  },
];

describe.each(applications)('nanook migrate --to authorizer, for $name', ({ files, edits, answers }) => {
  it('leaves an application that answers as before, after the changes of its list', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    await enterFolder(files);
    const before = await answers(files);
    const after = editByHand((await migrateApplication(files)).files, edits);
    expect(Object.values(after).join('\n')).not.toMatch(/['"]oso(?:\/[^'"]*)?['"];|\bOso\b/);
    await enterFolder(after);
    expect(await answers(after)).toEqual(before);
  });

  it('changes nothing, and lists no other place, when it runs again', async () => {
    const { manual } = await migrateApplication(files);
    const { out } = await nanook('migrate', '--to', 'authorizer', '--json');
    const again = JSON.parse(out) as {
      changed: unknown[];
      manual: { file: string; line: number; message: string }[];
    };
    expect(again.changed).toEqual([]);
    for (const { file, line, message } of again.manual)
      expect(manual).toContain(`${file}:${line}: ${message}`);
  });
});

describe('nanook migrate --to authorizer', () => {
  it('lists places in each file that does not compile, and the files compile after the changes of the list', async () => {
    const all: Record<string, ApplicationFiles> = {};
    const listed: string[] = [];
    for (const { name, files, edits } of applications) {
      const migrated = await migrateApplication(files);
      all[`${name}, migrated`] = migrated.files;
      all[`${name}, edited`] = editByHand(migrated.files, edits);
      listed.push(...migrated.manual.map((place) => `${name}, migrated/${place.split(':')[0]!}`));
    }
    const broken = filesWithErrors(all);
    expect(broken.size).toBe(3);
    for (const file of broken) expect(listed).toContain(file);
  });

  it('changes each file of the application with lists, and lists the adapter and the query', async () => {
    const { changed, manual, lines } = await migrateApplication(gitClub);
    expect(changed).toEqual(['src/app.ts', 'src/oso.ts', 'src/repositories.ts', 'package.json']);
    expect(lines).toEqual([
      `import { typeOrmAdapter } from 'oso/dist/src/typeOrmAdapter';`,
      'oso.setDataFilteringAdapter(typeOrmAdapter(data));',
      'const query = (await oso.authorizedQuery(',
    ]);
    expect(manual[1]).toMatch(/delete the call, and pass .* resources: typeormResources\(dataSource\)/);
    expect(manual[2]).toMatch(/pass the condition of authorizer\.where\(actor, action, type\)/);
  });

  it('changes the helper module of the application with require, and lists a call that it cannot follow', async () => {
    const { changed, manual, lines } = await migrateApplication(expenses);
    expect(changed).toEqual(['src/authorization.js', 'package.json']);
    expect(manual).toEqual(['src/app.js:15: write "can" if "authorization" is the authorizer']);
    expect(lines[0]).toContain('authorization.isAllowed(');
  });

  it('changes the modules that import an instance, and lists a service that loads in two methods', async () => {
    const { changed, lines } = await migrateApplication(tickets);
    expect(changed).toEqual([
      'src/authorization/oso.ts',
      'src/reports.ts',
      'src/requests.ts',
      'src/tickets/roles.ts',
      'src/tickets/tickets.ts',
      'package.json',
    ]);
    expect(lines.map((line) => line.replace(/\(.+/, '('))).toEqual([
      `import { Oso } from 'oso';`,
      'this.oso = new Oso(',
      'this.oso.registerClass(',
      'this.oso.registerClass(',
      'await this.oso.loadStr(',
    ]);
  });
});
