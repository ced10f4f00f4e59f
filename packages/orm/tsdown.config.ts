import { library } from '../../tsdown.shared.ts';

export default library({ sql: 'src/sql/index.ts' });
