import { library } from '../../tsdown.shared.ts';

export default library({
  drizzle: 'src/drizzle/index.ts',
  knex: 'src/knex/index.ts',
  kysely: 'src/kysely/index.ts',
  'mikro-orm': 'src/mikro-orm/index.ts',
  mongoose: 'src/mongoose/index.ts',
  prisma: 'src/prisma/index.ts',
  rls: 'src/rls/index.ts',
  sequelize: 'src/sequelize/index.ts',
  sql: 'src/sql/index.ts',
  typeorm: 'src/typeorm/index.ts',
});
