export { natsSource, type NatsSourceOptions } from './nats-source.js';
export { publishToNats } from './publish-to-nats.js';
