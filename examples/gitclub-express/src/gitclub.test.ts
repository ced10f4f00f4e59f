import { careless, listen, walk } from '@nanook/example-gitclub';
import { describeGitClub } from '@nanook/example-gitclub/suite';
import { createApp } from './app.ts';

describeGitClub('Express', (club) => listen(createApp(club)), [...walk, ...careless]);
