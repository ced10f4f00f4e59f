// `@nanook/cli/project`: reads and checks the project of the working directory, for tools in Node.js such as a language server.
export { checkProject } from './check/check-project.js';
export { messageOf } from './errors/message-of.js';
export type { Fixtures, NanookConfig } from './project/config.js';
export { configNames, findConfig } from './project/find-config.js';
export { isFile } from './project/is-file.js';
export { sourceFiles } from './migrate/source-files.js';
export { digestOf } from './project/policy-digests.js';
export { Project } from './project/project.js';
export {
  readInputs,
  readPaths,
  readProject,
  readProjectWith,
  type ProjectOptions,
} from './project/read-project.js';
