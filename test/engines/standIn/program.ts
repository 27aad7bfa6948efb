import { DeploymentProcess } from "./processes";
import { type Project, resolvePulumi } from "./project";
import { plain, isSecret, type Properties } from "./values";

export interface ProgramOptions {
  readonly project: Project;
  readonly stack: string;
  readonly config: Properties;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly monitorAddress: string;
  readonly engineAddress: string;
  readonly dryRun: boolean;
  readonly parallel: number;
  readonly onLine: (line: string) => void;
}

/** The exit code of a program that has printed its errors itself. */
const reportedItsErrors = 32;

/** Starts Pulumi's own runner of Node.js programs, as Pulumi's language host does. */
export function startProgram(options: ProgramOptions): DeploymentProcess {
  const { project, stack, config, environment, monitorAddress, engineAddress, dryRun, parallel, onLine } = options;
  const args = [
    resolvePulumi(project, "cmd/run"),
    ...["--monitor", monitorAddress, "--engine", engineAddress],
    ...["--organization", "organization", "--project", project.name, "--stack", stack],
    ...["--root-directory", project.directory, "--pwd", project.programDirectory],
    ...(dryRun ? ["--dry-run"] : []),
    ...["--parallel", String(parallel), project.entryPoint],
  ];
  return new DeploymentProcess(process.execPath, args, {
    directory: project.programDirectory,
    environment: {
      ...environment,
      PULUMI_CONFIG: JSON.stringify(plain(config)),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(Object.keys(config).filter((key) => isSecret(config[key]))),
      ...(project.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    },
    onLine,
  });
}

/** Returns the engine's message for a program's exit, or `undefined` when there is nothing to report. */
export function describeExit(exit: number | string): string | undefined {
  if (exit === 0 || exit === reportedItsErrors) return undefined;
  return typeof exit === "number" ? `Program exited with non-zero exit code: ${exit}` : `Program was ended by ${exit}`;
}
