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
    expect(page).toContain('<h1>denied</h1>');
    expect(page).toContain('<code>note.title = user.name</code>: &quot;plan&quot; is not');
    expect(page).toContain('<a class="quiet" href="#rule-1">notes.polar:1:1</a>');
    expect(page).toContain(
      '<h3 id="rule-1">notes.polar:1:1</h3>\n<pre>allow(user: User, &quot;read&quot;, note: Note) if ' +
        '(<mark>user.isAdmin</mark> or <mark>note.title = user.name</mark>) and visible(note);</pre>',
    );
  });

  it('escapes the values and the policy', async () => {
    const pages = [await pageOf('read'), await pageOf('edit')];
    for (const page of pages) {
      expect(page).not.toMatch(/<script|<img|<b>|<i>/);
      expect(page).toContain('&quot;&gt;&lt;img src=x');
    }
    expect(pages[1]).toContain('&quot;&lt;i&gt;&quot; is not &quot;&lt;b&gt;&quot;');
  });

  it('marks a condition in a rule of several lines, behind characters of two code units', async () => {
    const source =
      'allow(user: User, "read", note: Note) if\n  # \u{1F600}\n  "\u{1F600}" != user.name and note.id = 3 and\n  note.title = "x";';
    const authorizer = await Authorizer.load({ policies: source, types, onWarning: () => {} });
    const page = async (id: unknown) =>
      renderExplanationPage(await authorizer.explain(user, 'read', typed('Note', { id, title: 'y' })));
    expect(await page(4)).toContain('\u{1F600}&quot; != user.name and <mark>note.id = 3</mark> and\n');
    expect(await page(3)).toContain('and\n  <mark>note.title = &quot;x&quot;</mark>;</pre>');
  });

  it('shows a title and a note', async () => {
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
    const explanation = await authorizer.explain(user, 'read', note);
    const page = renderExplanationPage(explanation, { title: '404 <Not Found>', note: 'a & b' });
    expect(page).toContain('<h1>404 &lt;Not Found&gt;</h1>\n<p>a &amp; b</p>');
  });

  it('loads nothing from elsewhere, and closes each element', async () => {
    const page = await pageOf('edit');
    expect(page).not.toMatch(/https?:|\bsrc="|\bhref="[^#]|@import|url\(/);
    expect(page).toContain("default-src 'none'");
    for (const name of ['ul', 'li', 'details', 'summary', 'code', 'pre', 'div', 'span', 'section', 'mark'])
      expect(page.split(`</${name}>`).length).toBe(page.split(new RegExp(`<${name}[ >]`)).length);
  });
});
