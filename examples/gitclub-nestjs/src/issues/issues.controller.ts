import { closeIssue } from '@nanook/example-gitclub';
import type { Database, Issue } from '@nanook/example-gitclub';
import { Authorize, AuthorizedResource } from '@nanook/nestjs';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Controller('issues')
export class IssuesController {
  constructor(@InjectDatabase() private readonly db: Database) {}

  @Get(':id')
  @Authorize('read', 'Issue')
  show(@AuthorizedResource() issue: Issue) {
    return issue;
  }

  @Post(':id/close')
  @HttpCode(200)
  @Authorize('close', 'Issue')
  close(@AuthorizedResource() { id }: Issue) {
    return closeIssue(this.db, id);
  }
}
