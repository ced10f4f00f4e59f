import { defineConfig } from 'tsdown';
import { library } from '../../tsdown.shared.ts';

const libraries = library({
  chroma: 'src/chroma/index.ts',
  drizzle: 'src/drizzle/index.ts',
  knex: 'src/knex/index.ts',
  kysely: 'src/kysely/index.ts',
  'mikro-orm': 'src/mikro-orm/index.ts',
  mongoose: 'src/mongoose/index.ts',
  prisma: 'src/prisma/index.ts',
  qdrant: 'src/qdrant/index.ts',
  rls: 'src/rls/index.ts',
  sequelize: 'src/sequelize/index.ts',
  sql: 'src/sql/index.ts',
  typeorm: 'src/typeorm/index.ts',
});

// `prisma generate` starts it, so it needs one format.
const generator = defineConfig({
  entry: { 'prisma-generator': 'src/prisma/generator/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: true,
  clean: false,
});

export default [libraries, generator].flat();
