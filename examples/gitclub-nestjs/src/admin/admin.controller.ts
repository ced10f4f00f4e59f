import { listUsers } from '@nanook/example-gitclub';
import type { Database } from '@nanook/example-gitclub';
import { Authorize } from '@nanook/nestjs';
import { Controller, Get } from '@nestjs/common';
import { InjectDatabase } from '../database.ts';

@Controller('admin')
export class AdminController {
  constructor(@InjectDatabase() private readonly db: Database) {}

  @Get('users')
  @Authorize('list', 'User')
  listUsers() {
    return listUsers(this.db);
  }
}
