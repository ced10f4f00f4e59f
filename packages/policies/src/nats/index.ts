export { natsSource, type NatsSourceOptions } from './nats-source.js';
export { publishToNats } from './publish-to-nats.js';
export type { PublishOptions } from '../bundle/published-revision.js';
