import { MikroORM } from '@mikro-orm/core';
import { Table } from 'drizzle-orm';
import { knex } from 'knex';
import { Kysely } from 'kysely';
import { Schema } from 'mongoose';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import otherVersions from '../../../compat-orms/package.json' with { type: 'json' };

const { NANOOK_TEST_ORMS: folder } = process.env;
const versionOf = (name: string): string => {
  const file = new URL(`../../../compat-orms/node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
};

describe('the tests on the oldest versions of the ORMs', () => {
  it.runIf(folder !== undefined)('load them', () => {
    const own = createRequire(join(folder!, 'package.json'));
    const pinned = <Module>(name: string, ..._types: [Module]) => own(name) as Module;
    expect(pinned('@mikro-orm/core', { MikroORM }).MikroORM).toBe(MikroORM);
    expect(pinned('drizzle-orm', { Table }).Table).toBe(Table);
    expect(pinned('knex', { knex }).knex).toBe(knex);
    expect([pinned('kysely', { Kysely }).Kysely, pinned('kysely-0.28', { Kysely }).Kysely]).toContain(Kysely);
    expect(pinned('mongoose', { Schema }).Schema).toBe(Schema);
    expect(pinned('typeorm', { DataSource }).DataSource).toBe(DataSource);
  });

  it.each(
    Object.entries(manifest.peerDependencies).filter(([name]) => name in otherVersions.devDependencies),
  )('begin with the first version that @nanook/orm accepts: %s@%s', (name, range) => {
    expect(range.split(' || ')).toContain(`^${versionOf(name)}`);
  });
});
