import { findProfile, type Database, type Profile } from '@nanook/example-gitclub';
import { ResourceLoader, type LoadsOne } from '@nanook/nestjs';
import { Injectable } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Injectable()
@ResourceLoader('Profile')
export class ProfileLoader implements LoadsOne<Profile, string> {
  constructor(@InjectDatabase() private readonly db: Database) {}

  load(id: string) {
    return findProfile(this.db, id);
  }
}
