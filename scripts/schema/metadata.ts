import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./declarations";
import type { Metadata } from "./spec";

/** The parts of package.json that a schema has too. */
export interface Manifest {
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly repository?: string | { readonly url: string };
}

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
}

/** Returns what a registry shows of the package. */
export function metadataOf({ description, keywords, license, repository }: Manifest): Metadata {
  const url = typeof repository === "object" ? repository.url : repository;
  const [, path] = /github(?:\.com)?[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url ?? "") ?? [];
  return {
    name: "cancellation",
    displayName: "Operation Cancellation",
    description,
    // The plugin isn't a dynamic provider.
    keywords: [...keywords.filter((keyword) => keyword !== "dynamic-provider"), "category/cloud", "kind/native"],
    license,
    ...(path === undefined
      ? {}
      : { repository: `https://github.com/${path}`, pluginDownloadURL: `github://api.github.com/${path}` }),
  };
}
