import { describe, expect, it, beforeAll, afterAll } from 'vitest';
import { TestClient } from './testing/client.fixture.js';
import { gitClubFiles, projectFolder } from './testing/project-folder.fixture.js';

const files = gitClubFiles();

describe('the server for GitClub', () => {
  let client: TestClient;
  beforeAll(async () => {
    client = await TestClient.start(projectFolder(files));
  });
  afterAll(() => client.stop());

  it('completes fields', async () => {
    const name = 'src/policy/issue.polar';
    const text = `${files[name]}\nhas_role(user: User, "creator", issue: Issue) if issue.`;
    await client.open(name, text);
    const lines = text.split('\n');
    const position = { line: lines.length - 1, character: lines.at(-1)!.length };
    const found = await client.at<{ items: { label: string }[] }>('completion', name, position);
    expect(found.items.map(({ label }) => label)).toContain('creator');
    await client.until(() => client.diagnostics(name).length > 0);
    console.log(client.diagnostics(name), client.notices);
  });
});
