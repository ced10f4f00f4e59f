import { useEffect } from 'preact/hooks';
import { lineCoverage, runPolicyTests } from '../model/policy-tests.js';
import { offsetAt } from '../model/places.js';
import { textOfFile } from '../model/project-text.js';
import { percentText } from '@nanook/cli/tools';
import type { ViewProps } from './page-context.js';
import { useResult } from './use-result.js';
import { Waiting } from './waiting.js';

/** The tests of the policies, and what they cover. The coverage of lines is beside the text. */
export function TestsView({ loaded, actions }: ViewProps) {
  const result = useResult((signal) => runPolicyTests(loaded, signal), [loaded]);
  const run = result.value;
  useEffect(() => {
    if (run !== undefined) actions.cover(new Map(run.files.map((file) => [file.file, lineCoverage(file)])));
    return () => actions.cover(new Map());
  }, [run]);
  const show = (file: string, line: number): void => {
    const text = textOfFile(loaded.text, file) ?? '';
    const start = offsetAt(text, line, 1);
    const end = text.indexOf('\n', start);
    actions.reveal({ file, start, end: end === -1 ? text.length : end });
  };
  return (
    <Waiting result={result} label="Running the tests …">
      {({ results, passed, failed, measures }) => (
        <>
          {results.length === 0 ? (
            <p class="quiet">
              No policy has a test. Write <code>{'test "name" { assert allow(ann, "read", note); }'}</code>
            </p>
          ) : (
            <p class={failed > 0 ? 'outcome denied' : 'outcome allowed'}>
              {failed > 0 ? '✗' : '✓'} {passed} passed, {failed} failed
            </p>
          )}
          <ul class="tests">
            {results.map(({ name, file, line, failures }) => (
              <li key={`${file}:${line}`}>
                <span class={failures.length > 0 ? 'sign failed' : 'sign held'}>
                  {failures.length > 0 ? '✗' : '✓'}
                </span>{' '}
                {name}{' '}
                <button type="button" class="place" onClick={() => show(file, line)}>
                  {file}:{line}
                </button>
                {failures.map((failure) => (
                  <div key={`${failure.line} ${failure.assertion}`} class="failure">
                    <code>{failure.assertion}</code>{' '}
                    <button type="button" class="place" onClick={() => show(file, failure.line)}>
                      line {failure.line}
                    </button>
                    <pre>{failure.reason}</pre>
                  </div>
                ))}
              </li>
            ))}
          </ul>
          {results.length > 0 && (
            <div class="scroll">
              <table>
                <caption>Coverage</caption>
                <tbody>
                  {Object.entries(measures).map(([name, { covered, total, percent }]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td>
                        {covered} of {total}
                      </td>
                      <td>{percentText(percent)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
    </Waiting>
  );
}
