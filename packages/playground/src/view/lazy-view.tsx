import { messageOf } from '@nanook/cli/tools';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Returns a view whose code is loaded when it is first shown. */
export function lazyView<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function LazyView(props: Props) {
    const [View, setView] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [error, setError] = useState<string>();
    useEffect(() => {
      if (View !== undefined) return;
      load().then(
        (found) => {
          loaded = found;
          setView(() => found);
        },
        (reason: unknown) => setError(messageOf(reason)),
      );
    }, []);
    if (error !== undefined)
      return (
        <p class="message" role="alert">
          This view could not be loaded: {error}
        </p>
      );
    return View === undefined ? <p class="quiet">Loading …</p> : <View {...props} />;
  };
}
