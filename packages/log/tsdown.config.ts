import { library } from '../../tsdown.shared.ts';

export default library({
  index: 'src/index.ts',
  'json-lines': 'src/json-lines/index.ts',
  nats: 'src/nats/index.ts',
  opentelemetry: 'src/opentelemetry/index.ts',
  pino: 'src/pino/index.ts',
  postgres: 'src/postgres/index.ts',
});
