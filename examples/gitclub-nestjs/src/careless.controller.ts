import { deleteRepository, listIssues } from '@nanook/example-gitclub';
import type { Database } from '@nanook/example-gitclub';
import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { InjectDatabase } from './database.ts';

/** Written in a hurry: nobody is asked whether the actor may. An application that has it does not start. */
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
