import { describe, expect, it } from 'vitest';
import { Authorizer, renderExplanationPage, typed } from '../index.js';

const policies = {
  name: 'notes.polar',
  source: `allow(user: User, "read", note: Note) if (user.isAdmin or note.title = user.name) and visible(note);
allow(user: User, "edit", note: Note) if visible(note) and not user.isGuest and forall(tag in note.tags, tag = "<b>");
visible(note: Note) if note.title != "";`,
};
const types = { User: {}, Note: {} };

const user = typed('User', { id: 1, name: '<script>alert(1)</script>', isAdmin: false, isGuest: false });
const note = typed('Note', { id: '"><img src=x onerror=alert(1)>', title: 'plan', tags: ['<i>'] });

const pageOf = async (action: string) => {
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return renderExplanationPage(await authorizer.explain(user, action, note));
};

describe('renderExplanationPage()', () => {
  it('shows the failed condition, its values and the text of its rule', async () => {
    const page = await pageOf('read');
    expect(page).toContain('<h1 class="bad">denied</h1>');
    expect(page).toContain('<code>note.title = user.name</code>');
    expect(page).toContain('notes.polar:1:59');
    expect(page).toContain('<pre>allow(user: User, &quot;read&quot;, note: Note) if (user.isAdmin or');
  });

  it('escapes the values and the policy', async () => {
    const pages = [await pageOf('read'), await pageOf('edit')];
    for (const page of pages) {
      expect(page).not.toMatch(/<script|<img|<b>|<i>/);
      expect(page).toContain('&quot;&gt;&lt;img src=x');
    }
    expect(pages[1]).toContain('&quot;&lt;i&gt;&quot; is not &quot;&lt;b&gt;&quot;');
  });

  it('loads nothing from elsewhere, and closes each element', async () => {
    const page = await pageOf('edit');
    expect(page).not.toMatch(/https?:|\bsrc="|\bhref=|@import|url\(/);
    expect(page).toContain("default-src 'none'");
    for (const name of ['ul', 'li', 'details', 'summary', 'code', 'pre', 'div', 'span'])
      expect(page.split(`</${name}>`).length).toBe(page.split(new RegExp(`<${name}[ >]`)).length);
  });
});
