export { fileSource } from './file-source.js';
export { publishToFile } from './publish-to-file.js';
export type { PublishOptions } from '../bundle/published-revision.js';
