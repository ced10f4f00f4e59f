import { findIssue, type Database, type Issue } from '@nanook/example-gitclub';
import { ResourceLoader, type LoadsOne } from '@nanook/nestjs';
import { Injectable } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Injectable()
@ResourceLoader('Issue', { parse: Number })
export class IssueLoader implements LoadsOne<Issue, number> {
  constructor(@InjectDatabase() private readonly db: Database) {}

  load(id: number) {
    return findIssue(this.db, id);
  }
}
