import type { Sample } from '../model/sample.js';

/** The menu of the samples. */
export const SampleMenu = ({
  samples,
  sample,
  open,
}: {
  readonly samples: readonly Sample[];
  /** The id of the sample that is open; empty for another project. */
  readonly sample: string;
  readonly open: (id: string) => void;
}) => (
  <label class="sample">
    <span class="hidden">sample</span>
    <select aria-label="sample" value={sample} onChange={(event) => open(event.currentTarget.value)}>
      {sample === '' && <option value="">your project</option>}
      {samples.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
      <option value="empty">Empty project</option>
    </select>
  </label>
);
