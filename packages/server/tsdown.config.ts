import { library } from '../../tsdown.shared.ts';

export default library({
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  envoy: 'src/envoy/index.ts',
  'envoy-grpc': 'src/envoy-grpc/index.ts',
  node: 'src/node/index.ts',
});
