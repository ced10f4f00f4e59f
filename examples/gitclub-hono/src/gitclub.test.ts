import { careless, listen, walk, type Step } from '@nanook/example-gitclub';
import { describeGitClub } from '@nanook/example-gitclub/suite';
import { createListener } from './app.ts';

// The other careless request needs a route that is not run, with which a protected application would not start.
const [blocked] = careless as readonly [Step];

describeGitClub('Hono', (club) => listen(createListener(club)), [...walk, blocked]);
