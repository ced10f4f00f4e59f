import { matricesOf, type PermissionMatrix } from './matrix.js';
import type { PolicyGraph } from './policy-graph.js';
import { escape, toSvg } from './svg.js';

/** Prints a page with the picture, and a table of roles and permissions for each type. It loads nothing from elsewhere. */
export const toHtml = (graph: PolicyGraph): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Roles and permissions</title>
<style>
body { font: 15px/1.5 ui-sans-serif, system-ui, "DejaVu Sans", sans-serif; color: #1f2933; margin: 2rem; }
.picture { overflow-x: auto; }
table { border-collapse: collapse; margin: 0 0 2rem; }
th, td { border: 1px solid #cbd5df; padding: .35rem .7rem; text-align: center; }
th[scope=row], thead th:first-child { text-align: left; }
thead th { background: #f1f5f8; } td.yes { background: #dcfce7; }
</style>
</head>
<body>
<h1>Roles and permissions</h1>
<p>An arrow leads from a role to the role or permission that it gives. Rules with conditions of their own are not part of the picture.</p>
<div class="picture">
${toSvg(graph)}
</div>
<h2>Permissions of each role</h2>
${matricesOf(graph).map(table).join('\n')}
</body>
</html>`;

const table = ({ type, roles, rows }: PermissionMatrix): string => `<table>
<caption>${escape(type)}</caption>
<thead><tr><th scope="col">permission</th>${roles.map((role) => `<th scope="col">${escape(role)}</th>`).join('')}</tr></thead>
<tbody>
${rows
  .map(
    ({ permission, roles: given }) =>
      `<tr><th scope="row">${escape(permission)}</th>${roles.map((role) => (given.includes(role) ? '<td class="yes">✓</td>' : '<td></td>')).join('')}</tr>`,
  )
  .join('\n')}
</tbody>
</table>`;
