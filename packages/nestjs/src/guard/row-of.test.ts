import 'reflect-metadata';
import { Controller, Get, Post } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Authorize, AuthorizedResource, rowOf } from '../index.js';
import { ask, platforms, start } from '../fixtures/requirements.fixture.js';
import { resourcesOf, type Row } from '../fixtures/rows.fixture.js';

const tasks: readonly Row[] = [
  { id: 1, ownerId: 'ann', isOpen: true },
  { id: 2, ownerId: 'bob', isOpen: true },
  { id: 3, ownerId: 'bob', isOpen: false },
];
const queries: string[] = [];

const options = {
  policies: `
    allow(_: String, "read", task: Task) if task.isOpen = true;
    allow(user: String, "edit", task: Task) if task.ownerId = user;
    allow(user: String, "create", task: Task) if task.ownerId = user;
  `,
  types: { Task: { key: 'id', fields: { id: 'Integer', ownerId: String, isOpen: Boolean } } },
  resources: resourcesOf({ Task: tasks }, queries),
} as const;

describe.each(platforms)('rowOf() on %s', (adapter) => {
  @Controller('tasks')
  class TasksController {
    @Get('first') @Authorize('edit', rowOf('Task'), { id: () => 1 }) first(
      @AuthorizedResource() task: unknown,
    ) {
      return task;
    }
    @Get(':id') @Authorize('edit', rowOf('Task'), { parse: Number }) find(
      @AuthorizedResource() task: unknown,
    ) {
      return task;
    }
    @Post(':id') @Authorize('create', rowOf('Task'), { parse: Number }) create(
      @AuthorizedResource() task: unknown,
    ) {
      return task;
    }
  }

  it.each([
    ['the row for an actor who may perform the action', '/tasks/1', 'ann', 200, ['list']],
    ['the row of an id that a function returns', '/tasks/first', 'ann', 200, ['list']],
    ['403 for an actor who may only read the row', '/tasks/2', 'ann', 403, ['list', 'count']],
    ['404 for an actor who may not read the row', '/tasks/3', 'ann', 404, ['list', 'count']],
    ['404 for a row that does not exist', '/tasks/4', 'ann', 404, ['list', 'count']],
    ['404 for a text that is not a key, without a query', '/tasks/x', 'ann', 404, []],
    ['401 for an anonymous actor, without a query', '/tasks/1', undefined, 401, []],
  ] as const)('answers a request for a row with %s', async (_what, path, user, status, expected) => {
    queries.length = 0;
    await start([TasksController], options, adapter);
    const response = await ask(user, 'get', path);
    expect(response.status).toBe(status);
    expect(response.body).toMatchObject(status === 200 ? tasks[0]! : {});
    expect(queries).toEqual(expected);
  });

  it('loads the row also for an action that is about the type by default, such as create', async () => {
    await start([TasksController], options, adapter);
    expect((await ask('ann', 'post', '/tasks/1')).body).toEqual(tasks[0]);
    expect((await ask('ann', 'post', '/tasks/2')).status).toBe(403);
  });
});

describe('rowOf()', () => {
  it('stops the start of the application if no rule allows the action on the type, or the path has no id', async () => {
    @Controller('tasks')
    class Misspelled {
      @Get(':id') @Authorize('edits', rowOf('Task')) find() {}
    }
    await expect(start([Misspelled], options)).rejects.toThrow(/edits.*edit/s);
    @Controller('tasks')
    class WithoutId {
      @Get(':task') @Authorize('edit', rowOf('Task')) find() {}
    }
    await expect(start([WithoutId], options)).rejects.toThrow(/params\.id/);
  });

  it('throws an error for `id: false`', () => {
    expect(() => Authorize('edit', rowOf('Task'), { id: false })).toThrow(/needs the id of the row/);
  });
});
