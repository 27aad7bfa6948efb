import { didYouMean } from "./checks";
import { faultyMethods, namedFaults, validateRule } from "./faultRule";
import type { FaultRule, FaultyMethod } from "./faults";

/** The method of a rule for every method. */
const any = "any";

/**
 * Parses a fault that is written as text: a {@link FaultRule} as JSON, or in short METHOD=FAULT, with `*COUNT` for the
 * first calls only.
 *
 * @throws Error with a message on one line
 */
export function parseFault(given: string): FaultRule {
  const text = given.trim();
  return text.startsWith("{") ? parseJson(text) : parseShort(text);
}

function parseJson(text: string): FaultRule {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`the fault isn't valid JSON: ${String(error)}`, { cause: error });
  }
  const rule = validateRule(value);
  for (const method of [rule.method ?? []].flat()) checkMethod(method, faultyMethods);
  return rule;
}

function parseShort(text: string): FaultRule {
  const [, method = "", fault = "", count] = /^([^=]+)=([^*]+)(?:\*(.*))?$/.exec(text) ?? [];
  if (fault === "") {
    throw new Error(`a fault must be METHOD=FAULT, for example cancel=503*3, or a FaultRule as JSON, not "${text}"`);
  }
  if (count !== undefined && !/^[1-9]\d{0,8}$/.test(count)) {
    throw new Error(`the count after * must be a whole number, 1 or more, not "${count}"`);
  }
  return {
    ...(method !== any && { method: checkMethod(method, [...faultyMethods, any]) }),
    ...(count !== undefined && { calls: { from: 1, to: Number(count) } }),
    ...effectOf(fault),
  };
}

function checkMethod(method: string, choices: readonly string[]): FaultyMethod {
  const known = faultyMethods.find((each) => each === method);
  if (known !== undefined) return known;
  throw new Error(`"${method}" isn't a method.${didYouMean(method, choices)} Use one of ${choices.join(", ")}`);
}

function effectOf(fault: string): Pick<FaultRule, "then" | "delay"> {
  if (/^[45]\d\d$/.test(fault)) return { then: { status: Number(fault) } };
  if (fault === "reset") return { then: { reset: "beforeHeaders" } };
  const milliseconds = /^(\d{1,9})ms$/.exec(fault)?.[1];
  if (milliseconds !== undefined) return { delay: Number(milliseconds) };
  const named = namedFaults.find((each) => each === fault);
  if (named !== undefined) return { then: named };
  const choices = [...namedFaults, "reset"];
  throw new Error(
    `"${fault}" isn't a fault.${didYouMean(fault, choices)} ` +
      `Use an HTTP status from 400 to 599, a delay such as 500ms, or one of ${choices.join(", ")}`,
  );
}
