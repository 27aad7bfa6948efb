/** How often the status of an activity is shown, in milliseconds, if there are few. */
const interval = 2_000;

/** The most statuses that a process shows in an interval. With more activities, they take turns. */
const maxShown = 50;

interface Activity {
  readonly describe: () => string | undefined;
  readonly show: (text: string) => void;
}

/** The activities of the process, those first whose status is the oldest. */
const activities = new Set<Activity>();
let timer: NodeJS.Timeout | undefined;

/**
 * Shows what a resource does at the moment, again and again. Returns a function that ends it.
 *
 * @param show shows a text in place of the last one. Absent if the host can't.
 * @param describe returns the text, or `undefined` if there is nothing to show at the moment
 */
export function showStatus(show: Activity["show"] | undefined, describe: Activity["describe"]): () => void {
  if (!show) return () => undefined;
  const activity = { show, describe };
  activities.add(activity);
  timer ??= setInterval(showOldest, interval).unref();
  return () => {
    activities.delete(activity);
    if (activities.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function showOldest(): void {
  for (const activity of [...activities].slice(0, maxShown)) {
    activities.delete(activity);
    activities.add(activity);
    const text = activity.describe();
    if (text !== undefined) activity.show(text);
  }
}
