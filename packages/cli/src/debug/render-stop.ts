import type { PlaceView, StopView, TextView, ValueView } from '@nanook/core/debug';
import type { Colors } from '../output/io.js';

/** Number of lines that a stop shows before and after its line. */
const linesAround = 1;

/** Returns the text of a stop: the reason, the place with its lines, and the values that the goal reads. */
export function renderStop(stop: StopView, colors: Colors, around = linesAround): string {
  const { stack, failed, values, isEarlier } = stop;
  const [top] = stack;
  const lines: string[] = [];
  if (failed !== undefined) lines.push(`${colors.red('✗')} ${failed.text} fails ${at(failed.place, colors)}`);
  const where = top === undefined ? '' : `${placeText(top.place)} in ${top.rule ?? 'the query'}`;
  const record = isEarlier ? colors.dim(' (an earlier step)') : '';
  lines.push([reasonText(stop, colors), colors.bold(where)].filter((part) => part !== '').join(' ') + record);
  lines.push(...sourceLines(stop, colors, around));
  if (values.length > 0) lines.push(`  ${valuesText(values)}`);
  return lines.join('\n');
}

function reasonText({ reason, message = '' }: StopView, colors: Colors): string {
  switch (reason) {
    case 'step':
      return '';
    case 'start':
      return 'first step:';
    case 'debug':
      return colors.yellow('debug():');
    case 'breakpoint':
      return colors.yellow('breakpoint:');
    case 'rule':
      return colors.yellow('rule is entered:');
    case 'failure':
      return colors.red('condition fails:');
    case 'undecided':
      return colors.red(`undecided: ${message};`);
    case 'error':
      return colors.red(`error: ${message};`);
    case 'answer':
      return colors.green('answer:');
    case 'end':
      return message === '' ? colors.green('no further answer:') : colors.red(`undecided: ${message};`);
  }
}

function sourceLines({ stack, lines }: StopView, colors: Colors, around: number): string[] {
  const place = stack[0]?.place;
  if (place === undefined) return [];
  const shown = lines.filter(({ number }) => Math.abs(number - place.line) <= around);
  const width = String(shown.at(-1)?.number ?? 0).length;
  return shown.flatMap(({ number, text }) => {
    const line = `${String(number).padStart(width)} | ${text}`.trimEnd();
    if (number !== place.line) return [`  ${line}`];
    const points = [...text];
    const end = place.endLine > place.line ? points.length + 1 : place.endColumn;
    const length = Math.max(1, Math.min(end, points.length + 1) - place.column);
    const indent = points
      .slice(0, place.column - 1)
      .join('')
      .replace(/[^\t]/gu, ' ');
    return [
      `${colors.cyan('>')} ${line}`,
      `  ${' '.repeat(width)} | ${indent}${colors.cyan('^'.repeat(length))}`,
    ];
  });
}

export const placeText = ({ source, line }: PlaceView): string => `${source}:${line}`;

const at = (place: PlaceView, { dim }: Colors): string => dim(`(${placeText(place)})`);

export const valuesText = (values: readonly ValueView[]): string =>
  values.map(({ name, value }) => `${name} = ${value}`).join(', ');

export const textLines = (texts: readonly TextView[], none: string, colors: Colors): string =>
  texts.map(({ text, place }) => `  ${text} ${at(place, colors)}`).join('\n') || `  ${none}`;

/** Returns the rules on the stack, innermost first, each with its number. */
export const stackLines = ({ stack }: StopView, selected: number, colors: Colors): string =>
  stack
    .map(
      ({ rule, place }, i) =>
        `${i === selected ? colors.cyan('>') : ' '} ${i} ${rule ?? 'the query'} ${at(place, colors)}`,
    )
    .join('\n');
