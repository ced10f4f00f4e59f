import { htmlPage } from '../output/html-page.js';
import { escapeXml } from '../output/xml.js';
import { matricesOf, type PermissionMatrix } from './matrix.js';
import type { PolicyGraph } from './policy-graph.js';
import { toSvg } from './svg.js';

/** Prints a page with the picture, and a table of roles and permissions for each type. */
export const toHtml = (graph: PolicyGraph): string =>
  htmlPage({
    title: 'Roles and permissions',
    styles,
    body: `<p>An arrow leads from a role to the role or permission that it gives. Rules with conditions of their own are not part of the picture.</p>
<div class="picture">
${toSvg(graph)}
</div>
<h2>Permissions of each role</h2>
${matricesOf(graph).map(table).join('\n')}`,
  });

const styles = `
body { font: 15px/1.5 ui-sans-serif, system-ui, "DejaVu Sans", sans-serif; color: #1f2933; margin: 2rem; }
.picture { overflow-x: auto; }
table { border-collapse: collapse; margin: 0 0 2rem; }
th, td { border: 1px solid #cbd5df; padding: .35rem .7rem; text-align: center; }
th[scope=row], thead th:first-child { text-align: left; }
thead th { background: #f1f5f8; } td.yes { background: #dcfce7; }
`;

const table = ({ type, roles, rows }: PermissionMatrix): string => `<table>
<caption>${escapeXml(type)}</caption>
<thead><tr><th scope="col">permission</th>${roles.map((role) => `<th scope="col">${escapeXml(role)}</th>`).join('')}</tr></thead>
<tbody>
${rows
  .map(
    ({ permission, roles: given }) =>
      `<tr><th scope="row">${escapeXml(permission)}</th>${roles.map((role) => (given.includes(role) ? '<td class="yes">✓</td>' : '<td></td>')).join('')}</tr>`,
  )
  .join('\n')}
</tbody>
</table>`;
