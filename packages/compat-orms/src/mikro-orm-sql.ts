// The parts of `@mikro-orm/sql` that the tests use, from the packages of MikroORM 6.
export { LibSqlDriver as SqliteDriver, MikroORM } from '@mikro-orm/libsql';
