import { findProfile, updateProfile } from '@nanook/example-gitclub';
import type { Database, Profile } from '@nanook/example-gitclub';
import type { RequestAuthorization } from '@nanook/nestjs';
import { Authorize, AuthorizedResource, Authz } from '@nanook/nestjs';
import { BadRequestException, Body, Controller, Get, Patch } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Controller('profiles')
export class ProfilesController {
  constructor(@InjectDatabase() private readonly db: Database) {}

  // Checks the profile first, and then its fields.
  @Get(':id')
  @Authorize('read', 'Profile')
  show(@AuthorizedResource() profile: Profile, @Authz() authz: RequestAuthorization) {
    return authz.pick('read', profile);
  }

  @Patch(':id')
  @Authorize('update', 'Profile')
  async update(
    @AuthorizedResource() profile: Profile,
    @Body() changes: Partial<Profile>,
    @Authz() authz: RequestAuthorization,
  ) {
    const fields = Object.keys(changes ?? {});
    for (const field of fields) await authz.authorizeField('update', profile, field);
    if (fields.length === 0) throw new BadRequestException('Nothing to change');
    await updateProfile(this.db, profile.id, changes);
    return authz.pick('read', await findProfile(this.db, profile.id));
  }
}
