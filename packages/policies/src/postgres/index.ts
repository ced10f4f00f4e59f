export { postgresSource } from './postgres-source.js';
export type { PostgresClient, PostgresOptions, PostgresPool, PostgresResult } from './postgres-connection.js';
export { publishToPostgres } from './publish-to-postgres.js';
export type { PublishOptions } from '../bundle/published-revision.js';
export { postgresFleet, postgresFleetTable, type PostgresFleetOptions } from './postgres-fleet.js';
export { postgresTable } from './postgres-table.js';
