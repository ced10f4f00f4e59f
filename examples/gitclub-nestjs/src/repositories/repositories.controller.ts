import { createIssue, deleteRepository, readPage } from '@nanook/example-gitclub';
import type { Database, PageQuery, Repository, User } from '@nanook/example-gitclub';
import type { RequestAuthorization } from '@nanook/nestjs';
import { Authorize, AuthorizedResource, Authz, CurrentActor } from '@nanook/nestjs';
import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Controller('repositories')
export class RepositoriesController {
  constructor(@InjectDatabase() private readonly db: Database) {}

  @Get()
  @Authorize('list', 'Repository')
  list(@Query() query: PageQuery, @Authz() authz: RequestAuthorization) {
    return readPage(authz, 'Repository', query, { orderBy: { name: 'desc' } });
  }

  // With the actions that the actor may perform, for the buttons of a page.
  @Get(':id')
  @Authorize('read', 'Repository')
  async show(@AuthorizedResource() repository: Repository, @Authz() authz: RequestAuthorization) {
    return { ...repository, actions: [...(await authz.actions(repository))] };
  }

  @Delete(':id')
  @HttpCode(204)
  @Authorize('delete', 'Repository')
  async delete(@AuthorizedResource() { id }: Repository) {
    await deleteRepository(this.db, id);
  }

  @Get(':id/issues')
  @Authorize('list_issues', 'Repository')
  listIssues(
    @AuthorizedResource() { id: repositoryId }: Repository,
    @Query() query: PageQuery,
    @Authz() authz: RequestAuthorization,
  ) {
    return readPage(authz, 'Issue', query, { where: { repositoryId }, orderBy: { id: 'desc' } });
  }

  @Post(':id/issues')
  @Authorize('create_issue', 'Repository')
  createIssue(
    @AuthorizedResource() { id: repositoryId }: Repository,
    @CurrentActor() { id: creatorId }: User,
    @Body() { title }: { title: string },
  ) {
    return createIssue(this.db, repositoryId, creatorId, title);
  }
}
