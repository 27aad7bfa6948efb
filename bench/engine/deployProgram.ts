import { type EmulatorProcess, operationNames, withEmulator } from "../emulator";
import { deploy, type Deployment } from "./cli";
import { type ProgramName, withProject } from "./project";

/**
 * Deploys a program that cancels `size` running operations, as a new stack against an emulator of its own.
 *
 * @throws if it doesn't make one cancel call for each operation
 */
export function deployProgram(emulators: EmulatorProcess, program: ProgramName, size: number): Promise<Deployment> {
  return withEmulator(emulators, { operations: size }, ({ endpoint }) =>
    withProject(program, async (directory) => {
      const operations = program === "sweep" ? [] : operationNames(size);
      const result = await deploy(directory, {
        "cancellation:endpoint": endpoint,
        "floor:endpoint": endpoint,
        "bench:settings": JSON.stringify({ endpoint, operations }),
      });
      const { cancel } = await emulators.call("counts", endpoint);
      if (cancel !== size) throw new Error(`${program} made ${cancel} cancel calls for ${size} operations`);
      return result;
    }),
  );
}
