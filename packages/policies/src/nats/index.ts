export { natsSource, type NatsSourceOptions } from './nats-source.js';
export { publishToNats } from './publish-to-nats.js';
export { natsFleet, type NatsFleetOptions } from './nats-fleet.js';
export type { PublishOptions } from '../bundle/published-revision.js';
