// The entry for the configuration of a project: `import { defineConfig } from '@nanook/cli'`.
export { defineConfig, type Fixtures, type NanookConfig } from './project/config.js';
export type { ServerConfig } from './project/server-config.js';
