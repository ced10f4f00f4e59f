import { createOrganization, createRepository, readPage } from '@nanook/example-gitclub';
import type { Database, Organization, PageQuery, User } from '@nanook/example-gitclub';
import type { RequestAuthorization } from '@nanook/nestjs';
import { Authorize, AuthorizedResource, Authz, CurrentActor } from '@nanook/nestjs';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Controller('organizations')
export class OrganizationsController {
  constructor(@InjectDatabase() private readonly db: Database) {}

  // There is no organization yet, so the type is the resource.
  @Post()
  @Authorize('create', 'Organization')
  create(@CurrentActor() { id: ownerId }: User, @Body() { id, name }: Organization) {
    return createOrganization(this.db, ownerId, id, name);
  }

  @Get(':id')
  @Authorize('read', 'Organization')
  show(@AuthorizedResource() organization: Organization) {
    return organization;
  }

  @Get(':id/repositories')
  @Authorize('list_repositories', 'Organization')
  listRepositories(
    @AuthorizedResource() { id: organizationId }: Organization,
    @Query() query: PageQuery,
    @Authz() authz: RequestAuthorization,
  ) {
    return readPage(authz, 'Repository', query, { where: { organizationId } });
  }

  @Post(':id/repositories')
  @Authorize('create_repository', 'Organization')
  createRepository(
    @AuthorizedResource() { id: organizationId }: Organization,
    @Body() { id, name }: { id: string; name: string },
  ) {
    return createRepository(this.db, organizationId, id, name);
  }
}
