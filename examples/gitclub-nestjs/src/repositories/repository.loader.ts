import { findRepository, type Database, type Repository } from '@nanook/example-gitclub';
import { ResourceLoader, type LoadsOne } from '@nanook/nestjs';
import { Injectable } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Injectable()
@ResourceLoader('Repository')
export class RepositoryLoader implements LoadsOne<Repository, string> {
  constructor(@InjectDatabase() private readonly db: Database) {}

  load(id: string) {
    return findRepository(this.db, id);
  }
}
