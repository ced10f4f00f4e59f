import type { DecisionRecord } from '@nanook/log';
import type { Colors } from '../output/io.js';
import { labelOf } from './recorded-objects.js';
import type { LogSummary } from './summary.js';

/** Prints a record on one line: time, outcome, actor, action, resource, and the rule or the reason. */
export function recordLine(record: DecisionRecord, colors: Colors): string {
  const { at, outcome, actor, action, resource, rule, reason, kind } = record;
  const paint = outcome === 'allowed' ? colors.green : outcome === 'denied' ? colors.red : colors.yellow;
  const what = `${action ?? kind}${fieldText(record)}`;
  const why = rule === undefined ? reason : `${rule.file ?? rule.name}:${rule.line}`;
  const parts = [colors.dim(at), paint(outcome.padEnd(9)), labelOf(actor), what, labelOf(resource)];
  return [...parts, ...(why === undefined ? [] : [colors.dim(oneLine(why))])].join('  ');
}

/** Returns the field, or the number of the allowed fields of all. */
function fieldText({ field, fields }: DecisionRecord): string {
  if (fields === undefined) return field === undefined ? '' : ` .${field}`;
  const { allowed, denied, undecided } = fields;
  return ` ${allowed.length} of ${allowed.length + denied.length + undecided.length} fields`;
}

/** The number of entries of each list. */
const maxShown = 10;

export function summaryText(summary: LogSummary, colors: Colors): string {
  const { decisions, from, to, outcomes, mostDenied, deniedActors, rules, neverGranted, policies } = summary;
  if (decisions === 0) return 'no decision';
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const denied = mostDenied.map(({ actor, action, resource, count }) => [
    count,
    `${actor}  ${action}  ${resource}`,
  ]);
  return [
    `${decisions} decisions from ${from} to ${to}: ${counts.join(', ')}`,
    `policies: ${policies.join(', ')}`,
    ...list('most denied', denied, colors),
    ...list(
      'actors that were denied',
      deniedActors.map(({ actor, count }) => [count, actor]),
      colors,
    ),
    ...list(
      'rules that granted',
      rules.map(({ rule, count }) => [count, rule]),
      colors,
    ),
    ...list(
      'rules that never granted',
      (neverGranted ?? []).map(({ text, file, line }) => [
        undefined,
        `${text} ${colors.dim(`(${file}:${line})`)}`,
      ]),
      colors,
    ),
  ].join('\n');
}

type Entry = readonly (string | number | undefined)[];

function list(title: string, entries: readonly Entry[], colors: Colors): readonly string[] {
  if (entries.length === 0) return [];
  const shown = entries.slice(0, maxShown);
  const width = Math.max(...shown.map(([count]) => String(count ?? '').length));
  return [
    '',
    colors.bold(title),
    ...shown.map(
      ([count, text]) => `  ${count === undefined ? '' : `${String(count).padStart(width)}  `}${text}`,
    ),
    ...(entries.length > maxShown ? [`  and ${entries.length - maxShown} others`] : []),
  ];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
