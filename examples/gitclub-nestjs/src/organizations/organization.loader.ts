import { findOrganization, type Database, type Organization } from '@nanook/example-gitclub';
import { ResourceLoader, type LoadsOne } from '@nanook/nestjs';
import { Injectable } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Injectable()
@ResourceLoader('Organization')
export class OrganizationLoader implements LoadsOne<Organization, string> {
  constructor(@InjectDatabase() private readonly db: Database) {}

  load(id: string) {
    return findOrganization(this.db, id);
  }
}
