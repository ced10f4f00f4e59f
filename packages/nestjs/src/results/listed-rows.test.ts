import 'reflect-metadata';
import { one } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import { Controller, Get } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AuthorizedFields, AuthorizeResult, Authz } from '../index.js';
import { ask, platforms, start } from '../fixtures/requirements.fixture.js';
import { resourcesOf } from '../fixtures/rows.fixture.js';

const queries: string[] = [];
const options = {
  policies: `
    allow(user: String, "read", ticket: Ticket) if ticket.team.manager = user;
    allow_field(_: String, "read", _: Ticket, field) if field in ["id", "name"];
    allow_field(user: String, "read", ticket: Ticket, "cost") if ticket.team.deputy = user;
    allow_field(_: String, "edit", _: Ticket, "name");
  `,
  types: {
    Team: { key: 'id', fields: { id: 'Integer', manager: String, deputy: String } },
    Ticket: {
      key: 'id',
      fields: { id: 'Integer', name: String, teamId: 'Integer', cost: 'Integer' },
      relations: { team: one('Team', { local: 'teamId', foreign: 'id', enforced: true }) },
    },
  },
  resources: resourcesOf(
    {
      Team: [
        { id: 1, manager: 'ann', deputy: 'ann' },
        { id: 2, manager: 'ann', deputy: 'bob' },
        { id: 3, manager: 'bob', deputy: 'ann' },
      ],
      Ticket: [
        { id: 1, name: 'cid', teamId: 1, cost: 60 },
        { id: 2, name: 'dan', teamId: 2, cost: 70 },
        { id: 3, name: 'eve', teamId: 3, cost: 80 },
      ],
    },
    queries,
  ),
} as const;

const listed = [
  { id: 1, name: 'cid', cost: 60 },
  { id: 2, name: 'dan' },
];

describe.each(platforms)('rows that authz.list() returns, on %s', (adapter) => {
  @Controller()
  class TicketsController {
    @Get('masked') @AuthorizeResult() @AuthorizedFields() async masked(@Authz() authz: RequestAuthorization) {
      return (await authz.list('read', 'Ticket', { fields: 'read' })).rows;
    }
    @Get('page')
    @AuthorizeResult('read', { at: 'rows' })
    @AuthorizedFields('read', { at: 'rows' })
    page(@Authz() authz: RequestAuthorization) {
      return authz.list('read', 'Ticket', { fields: 'read' });
    }
    @Get('whole') @AuthorizeResult() async whole(@Authz() authz: RequestAuthorization) {
      return (await authz.list('read', 'Ticket')).rows;
    }
    @Get('edited') @AuthorizeResult() @AuthorizedFields('edit') async edited(
      @Authz() authz: RequestAuthorization,
    ) {
      return (await authz.list('read', 'Ticket', { fields: 'read' })).rows;
    }
    @Get('changed') @AuthorizeResult() @AuthorizedFields() async changed(
      @Authz() authz: RequestAuthorization,
    ) {
      const { rows } = await authz.list('read', 'Ticket', { fields: 'read' });
      return rows.map((row) => Object.assign(row, { cost: 1 }));
    }
    @Get('copied') @AuthorizeResult('read', { type: 'Ticket' }) async copied(
      @Authz() authz: RequestAuthorization,
    ) {
      return (await authz.list('read', 'Ticket')).rows.map((row) => ({ ...row }));
    }
  }

  it('keep their rows and fields, although the related rows of their rules are not loaded', async () => {
    await start([TicketsController], options, adapter);
    queries.length = 0;
    expect((await ask('ann', 'get', '/masked')).body).toEqual(listed);
    expect(queries).toEqual(['list', 'list']);
    expect((await ask('ann', 'get', '/page')).body).toEqual({ rows: listed });
    expect((await ask('ann', 'get', '/whole')).body).toHaveLength(2);
  });

  it('get another check for another action on fields, for a new field, and for a copy', async () => {
    await start([TicketsController], options, adapter);
    expect((await ask('ann', 'get', '/edited')).body).toEqual([{ name: 'cid' }, { name: 'dan' }]);
    const [first, second] = (await ask('ann', 'get', '/changed')).body as readonly object[];
    expect(first).toEqual({ id: 1, name: 'cid', cost: 1 });
    expect(second).toEqual({ id: 2, name: 'dan' });
    expect((await ask('ann', 'get', '/copied')).body).toEqual([]);
  });
});
