import { Deadline, isSettled } from "../../operations";
import { timeoutOf } from "../arguments";
import { clientFor, type Context } from "../context";
import type { Properties } from "../operationOutputs";
import { conclude, requestCancel, type Target } from "../pursuit";
import { recordedIn } from "../record";
import { settingsOf } from "./settings";

/**
 * Makes no call with `cancelOn: "create"`: a cancellation is history. With `"delete"` it cancels, waits and holds the
 * outcome to `expect`. A delete can't write outputs, so a failed one starts over when the resource is destroyed again.
 *
 * @throws when the operation did not end as expected; the resource then stays
 */
export async function remove(properties: Properties, context: Context): Promise<void> {
  const settings = settingsOf(properties);
  if (settings.cancelOn !== "delete") return;
  const target: Target = {
    client: clientFor(context, settings.service, settings.identity),
    name: settings.operation,
    deadline: Deadline.after(timeoutOf(settings.customTimeouts, "delete")),
  };
  const recorded = recordedIn(properties);
  const asked = recorded.requestTime !== undefined || isSettled(recorded.outcome);
  const record = asked ? recorded : await requestCancel(recorded, target, settings.expect);
  await conclude(record, target, settings);
}
