import { library } from '../../tsdown.shared.ts';

export default library({
  index: 'src/index.ts',
  bundle: 'src/bundle/index.ts',
  files: 'src/files/index.ts',
  http: 'src/http/index.ts',
  nats: 'src/nats/index.ts',
  postgres: 'src/postgres/index.ts',
});
