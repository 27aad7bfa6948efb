import { randomUUID } from "node:crypto";
import { isProviderType, packageOf, typeOf } from "../urns";
import type { Checked, Created, Difference, Provider, Read, StepOptions } from "./provider";
import type { ProviderHost } from "./providerHost";
import { referenceTo, type State } from "./resourceState";
import { stash, stashType } from "./stash";
import { containsUnknown, type Properties, unknown } from "./values";

/** A provider with its arguments. */
interface Configured {
  readonly urn: string;
  readonly host: ProviderHost;
  readonly args: Properties;
}

/**
 * The providers of a deployment, each in a process of its own. It is itself the provider of the resources that stand for
 * them: to create or update such a resource is to configure its process.
 */
export class ProviderRegistry implements Provider {
  private readonly hosts: Promise<ProviderHost>[] = [];
  /** Providers that are checked and not configured, by URN. */
  private readonly checked = new Map<string, ProviderHost>();
  /** Configured providers, by reference. */
  private readonly configured = new Map<string, Promise<Configured>>();

  /**
   * @param previous the resources in the state before the deployment
   * @param startHost starts the provider of a package
   */
  constructor(
    private readonly previous: readonly State[],
    private readonly startHost: (packageName: string) => Promise<ProviderHost>,
  ) {}

  /** Returns the provider of a resource. */
  of({ type, provider }: Pick<State, "type" | "provider">): Promise<Provider> {
    if (type === stashType) return Promise.resolve(stash);
    return isProviderType(type) ? Promise.resolve(this) : this.get(provider);
  }

  /** Returns the provider with this reference. Starts it as the state says if the deployment hasn't configured it. */
  async get(reference: string): Promise<ProviderHost> {
    return (await this.find(reference)).host;
  }

  /** Returns whether a resource must be replaced because its provider is another one. The new provider decides. */
  async movesByReplacement(oldReference: string, newReference: string): Promise<boolean> {
    if (oldReference === newReference) return false;
    const { inputs, outputs } = this.recorded(oldReference);
    const { urn, host, args } = await this.find(newReference);
    return (await host.diffConfig(urn, inputs, outputs, args)).replaces;
  }

  async check(urn: string, olds: Properties, news: Properties): Promise<Checked> {
    const host = await this.start(urn);
    this.checked.set(urn, host);
    return host.checkConfig(urn, olds, news);
  }

  diff(urn: string, _id: string, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<Difference> {
    return this.checkedHost(urn).diffConfig(urn, oldInputs, oldOutputs, news);
  }

  create(urn: string, inputs: Properties, { preview = false }: StepOptions = {}): Promise<Created> {
    const id = preview ? unknown : randomUUID();
    this.configure(urn, id, inputs);
    return Promise.resolve({ id, outputs: inputs });
  }

  update(
    urn: string,
    id: string,
    _oldInputs: Properties,
    _oldOutputs: Properties,
    news: Properties,
  ): Promise<Properties> {
    this.configure(urn, id, news);
    return Promise.resolve(news);
  }

  /** Configures an unchanged provider. */
  same({ urn, id, inputs }: State): void {
    this.configure(urn, id, inputs);
  }

  read(urn: string): Promise<Read> {
    return Promise.reject(new Error(`provider resources may not be read: ${urn}`));
  }

  /** Does nothing, because all processes end with the deployment. */
  delete(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    // A host that didn't start has failed the step that needed it.
    await Promise.allSettled(this.hosts.map(async (host) => (await host).stop()));
  }

  private configure(urn: string, id: string, args: Properties): void {
    if (containsUnknown(args)) {
      throw new Error(`The stand-in can't preview ${urn}, whose arguments are unknown: it needs the Pulumi CLI.`);
    }
    const host = this.checkedHost(urn);
    host.configure(urn, id, args);
    this.configured.set(referenceTo({ urn, id }), Promise.resolve({ urn, host, args }));
  }

  private find(reference: string): Promise<Configured> {
    let found = this.configured.get(reference);
    if (found === undefined) {
      found = this.restart(this.recorded(reference));
      this.configured.set(reference, found);
    }
    return found;
  }

  private async restart({ urn, id, inputs }: State): Promise<Configured> {
    const host = await this.start(urn);
    host.configure(urn, id, inputs);
    return { urn, host, args: inputs };
  }

  private start(urn: string): Promise<ProviderHost> {
    const host = this.startHost(packageOf(typeOf(urn)));
    this.hosts.push(host);
    return host;
  }

  private checkedHost(urn: string): ProviderHost {
    const host = this.checked.get(urn);
    if (host === undefined) throw new Error(`the provider ${urn} isn't checked`);
    return host;
  }

  private recorded(reference: string): State {
    const state = this.previous.find((candidate) => referenceTo(candidate) === reference);
    if (state === undefined) throw new Error(`unknown provider '${reference}'`);
    return state;
  }
}
