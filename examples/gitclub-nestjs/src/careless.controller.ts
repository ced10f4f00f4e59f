import { deleteRepository, listIssues } from '@nanook/example-gitclub';
import type { Database } from '@nanook/example-gitclub';
import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { InjectDatabase } from './database.ts';

/** Forgotten on purpose: no check runs here. An application with this controller does not start. */
@Controller('careless')
export class CarelessController {
  constructor(@InjectDatabase() private readonly db: Database) {}

  @Get('issues')
  listIssues() {
    return listIssues(this.db, 'anvil');
  }

  @Delete('anvil')
  @HttpCode(204)
  async deleteAnvil() {
    await deleteRepository(this.db, 'anvil');
  }
}
