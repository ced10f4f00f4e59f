import { findIssue, type Database, type Issue } from '@nanook/example-gitclub';
import { ResourceLoader, type LoadsOne } from '@nanook/nestjs';
import { Injectable } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

/** Guards run before pipes, so the id comes as it was sent. */
@Injectable()
@ResourceLoader('Issue')
export class IssueLoader implements LoadsOne<Issue, string> {
  constructor(@InjectDatabase() private readonly db: Database) {}

  load(id: string) {
    return findIssue(this.db, Number(id));
  }
}
