import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { CliEngine, describeOnCli, type Result, skipIf } from "../engines";
import { dynamicProvider, plugin } from "./hosts";
import { findProcess, signal, unfindable } from "./processes";
import { changes, failed, succeeded, World } from "./world";

/** The plugin with its own settings, so its previews read operations. */
const readingPlugin = { ...plugin, config: {} };

const requestType = plugin.type("CancellationRequest");
const idOf = (operation: string) => `//cloudchannel.googleapis.com/${operation}`;

/** Declares a suite in which each test has a world of its own, with the plugin on the CLI. */
function describePlugin(title: string, suite: (open: () => World) => void, host = readingPlugin): void {
  describeOnCli(title, () => {
    let world: World;
    beforeEach(async () => {
      world = await World.open(new CliEngine(), {}, host);
    });
    afterEach(async () => {
      await world.close();
    });
    suite(() => world);
  });
}

describePlugin("an import into the plugin", (open) => {
  const importById = (id: string, type = requestType): Promise<Result> =>
    open().stack.import([{ type, name: "request", id }]);

  it("reads the operation, and the next up makes no call and no change", async () => {
    const world = open();
    const operation = world.emulator.add({ operationType: "CREATE_ENTITLEMENT" });
    succeeded(await importById(idOf(operation)));
    assert.deepEqual(
      (({ operation: name, cancelOn, outcome, operationType }) => ({ name, cancelOn, outcome, operationType }))(
        await world.outputs(),
      ),
      { name: operation, cancelOn: "delete", outcome: "running", operationType: "CREATE_ENTITLEMENT" },
    );

    world.emulator.calls.clear();
    world.request({ operation, cancelOn: "delete" });
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.emulator.calls.count(), 0);

    succeeded(await world.destroy());
    assert.equal(world.cancels(operation), 1);
    world.expectNoSecretShown();
  });

  it("works with the resource option import", async () => {
    const world = open();
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" }, { import: idOf(operation) });
    await world.up();
    assert.equal(await world.outcome(), "running");
    assert.equal(world.cancels(), 0);
  });

  it("is followed by a cancel if the program asks for one at the creation", async () => {
    const world = open();
    const operation = world.emulator.add();
    world.request({ operation }, { import: idOf(operation) });
    assert.deepEqual(changes(await world.up()), ["import", "update"]);
    assert.equal(world.cancels(), 1);
  });

  it("fails for an operation that the service doesn't know", async () => {
    failed(await importById(idOf("operations/nothing")), /does not exist/);
  });

  it("fails for an invalid id, and says which form an id has", async () => {
    failed(
      await importById("operations/AbC"),
      /"operations\/AbC" isn't the id of a cancellation request\. An id has the/,
    );
  });

  it("fails for a sweep, and says what to do instead", async () => {
    const type = plugin.type("CancellationSweep");
    failed(await importById(idOf("operations#1"), type), /A sweep exists only in the state of its stack/);
  });
});

describePlugin("a preview of the plugin", (open) => {
  const previewOf = async (args: Readonly<Record<string, unknown>>): Promise<string> => {
    const world = open();
    world.request(args);
    const { output } = await world.preview();
    assert.equal(world.cancels(), 0);
    return output;
  };

  it("shows that the operation is running, and that the cancel would be sent", async () => {
    const operation = open().emulator.add({ operationType: "CREATE_ENTITLEMENT" });
    const output = await previewOf({ operation });
    assert.match(
      output,
      /request \(.*\): the operation is running \(CREATE_ENTITLEMENT\)\. The cancel would be sent\./,
    );
    assert.equal(open().emulator.calls.count("get", operation), 1);
  });

  it("shows how an operation has ended, and whether expect accepts it", async () => {
    const operation = open().emulator.add({ done: "succeeded" });
    assert.match(
      await previewOf({ operation }),
      /has ended: succeeded\. A cancel can't change that, and expect accepts/,
    );
    const failing = await previewOf({ operation, expect: ["cancelled"] });
    assert.match(
      failing,
      /warning: request \(.*\): the outcome is succeeded, which expect doesn't accept \(cancelled\)\./,
    );
  });

  it("shows that the service doesn't know the operation", async () => {
    assert.match(
      await previewOf({ operation: "operations/nothing" }),
      /warning: .*the outcome is notFound, which expect/,
    );
    const expected = await previewOf({ operation: "operations/nothing", expect: ["notFound"] });
    assert.match(expected, /cloudchannel\.googleapis\.com doesn't know the operation, which expect accepts\./);
  });

  it("warns of a service that can't be read, once for all operations, and fails nothing", async () => {
    const world = open();
    await world.emulator.stop();
    world.program(`for (const n of [1, 2, 3]) new CancellationRequest("r" + n, { operation: "operations/" + n });`);
    const { output } = await world.preview();
    const warned = [...output.matchAll(/warning: (r\d) .*this preview couldn't read what is there/g)];
    assert.equal(new Set(warned.map(([, name]) => name)).size, 1, output);
  });

  it("makes no call if the setting previewReads is false", async () => {
    const world = open();
    await world.stack.setConfig("cancellation:previewReads", "false");
    await previewOf({ operation: world.emulator.add() });
    assert.equal(world.emulator.calls.count(), 0);
  });

  it("shows the outputs that are known, and that an update sends no second cancel", async () => {
    const world = open();
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s" } });
    await world.upFails(/still running 1s after/);
    world.program(`exports.outcome = new CancellationRequest("request", { operation: "${operation}" }).outcome;`);
    const { output } = await world.preview();
    assert.match(output, /Its cancel was acknowledged at .*, so no second one would be sent\./);
    world.emulator.settle(operation, "cancelled");
    assert.match((await world.preview()).output, /outcome: "cancelled"/);
    assert.equal(world.cancels(), 1);
  });

  it("counts what a sweep matches, names the first operations, and warns if there are more than its limit", async () => {
    const world = open();
    for (let n = 0; n < 5; n++) world.emulator.add({ operationType: "CHANGE_OFFER" });
    world.sweep({ match: { operationTypes: ["CHANGE_OFFER"] } });
    assert.match(
      (await world.preview()).output,
      /5 running operations match \(.*, .*, .* and 2 more\)\. A destroy would cancel/,
    );
    world.sweep({ match: { operationTypes: ["CHANGE_OFFER"] }, cancelOn: "create", limit: 4 });
    const { output } = await world.preview();
    assert.match(output, /warning: sweep .*limit is 4: the sweep would fail before its first cancel/);
    assert.equal(world.cancels(), 0);
  });
});

describePlugin("an update of the plugin", (open) => {
  it("isn't caused by other timeouts, which the engine passes with each call", async () => {
    const world = open();
    const operation = world.emulator.add();
    world.request({ operation }, { customTimeouts: { create: "7m" } });
    await world.up();
    world.request({ operation }, { customTimeouts: { create: "8m", delete: "1m" } });
    assert.deepEqual(changes(await world.up()), []);
    assert.equal("customTimeouts" in (await world.outputs()), false);
  });

  it("finishes a wait without a second cancel if replaceOnChanges names all properties", async () => {
    const world = open();
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s" }, replaceOnChanges: ["*"] });
    await world.upFails(/still running 1s after/);
    // A refresh clears the error of the create, for which the engine itself would replace the resource.
    await world.refresh();
    world.emulator.settle(operation, "cancelled");
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal(world.cancels(operation), 1);
  });

  it("names each changed property and the kind of its change", async () => {
    const world = open();
    const operation = world.emulator.add();
    world.request({ operation, report: "a.jsonl" });
    await world.up();
    world.request({ operation, waitFor: "settled", expect: ["cancelled"], triggers: [1] });
    const step = (await world.preview()).steps.find(({ changed }) => changed);
    assert.deepEqual(step?.changed, { report: "delete", expect: "add", triggers: "add-replace" });
  });

  it("shows what a wait is for, at its resource", async () => {
    const world = open();
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation });
    const run = world.stack.up();
    await world.printed(
      /"message":"[^"]*Waiting for the operation to settle \(cancelling, \d+s\)[^"]*"[^}]*"ephemeral":true/,
    );
    world.emulator.settle(operation, "cancelled");
    succeeded(await run);
  });
});

describePlugin("a provider resource of the plugin", (open) => {
  let other: Emulator;
  beforeEach(async () => {
    other = await startEmulator({ tokens: "required" });
  });
  afterEach(async () => {
    await other.stop();
  });

  it("has an endpoint and an identity of its own, beside the default provider and another one", async () => {
    const world = open();
    const token = other.issueToken();
    const [first, second, third] = [world.emulator.add(), other.add(), other.add()];
    await world.stack.setConfig("secret", { value: token, secret: true });
    world.program(`
      const { Provider } = require("pulumi-operation-cancellation/plugin");
      const accessToken = new pulumi.Config().requireSecret("secret");
      new CancellationRequest("request", { operation: "${first}" });
      for (const [name, operation] of [["second", "${second}"], ["third", "${third}"]]) {
        const provider = new Provider(name, { endpoint: "${other.endpoint}", accessToken });
        new CancellationRequest(name, { operation }, { provider });
      }
      const provider = new Provider("reader", { endpoint: "${other.endpoint}", accessToken, previewReads: false });
      exports.read = getOperation({ operation: "${second}" }, { provider }).then(({ outcome }) => outcome);
    `);
    const { output } = await world.up();
    assert.deepEqual(
      [world.cancels(first), other.calls.count("cancel", second), other.calls.count("cancel", third)],
      [1, 1, 1],
    );
    const { resources } = await world.stack.state();
    const shown = [JSON.stringify(resources), output].join("\n");
    assert.equal(shown.includes(token), false, "the token is encrypted");
    world.expectNoSecretShown();
  });

  it("makes the outputs of lookups unknown in a preview that doesn't know its arguments", async () => {
    const world = open();
    const [first, second] = [world.emulator.add(), world.emulator.add()];
    world.program(`
      const { Provider } = require("pulumi-operation-cancellation/plugin");
      const { endpoint } = new CancellationRequest("request", { operation: "${first}" });
      const accessToken = new pulumi.Config("cancellation").requireSecret("accessToken");
      const provider = new Provider("later", { endpoint, accessToken });
      exports.read = getOperationOutput({ operation: "${second}" }, { provider }).outcome;
      exports.count = listOperationsOutput({}, { provider }).apply((operations) => operations.length);
    `);
    const { output } = await world.preview();
    assert.match(output, /count: \[unknown\]\s+read *: \[unknown\]/);
    await world.up();
    const outputs = await world.stack.outputs();
    assert.deepEqual([outputs["read"], outputs["count"]], ["running", 2]);
  });

  it("refuses an argument that it doesn't have, and suggests the right one", async () => {
    const world = open();
    world.program(`
      const { Provider } = require("pulumi-operation-cancellation/plugin");
      new Provider("misspelled", { endpont: "${other.endpoint}" });
    `);
    await world.upFails(/endpont isn't an argument of the provider\. Did you mean "endpoint"\?/);
  });
});

describePlugin(
  "a stack that moves between the dynamic provider and the plugin",
  (open) => {
    it("sends no second cancel, changes nothing and loses nothing, in both directions", async () => {
      const world = open();
      const { emulator, project } = world;
      const [done, waiting, watched] = [emulator.add(), emulator.add({ onCancel: "ignore" }), emulator.add()];
      const swept = emulator.add();
      const program = (host = plugin) => `
        const host = require("${host.module}");
        new host.CancellationRequest("request", { operation: "${done}" });
        new host.CancellationRequest("waiting", { operation: "${waiting}", waitFor: "accepted" });
        new host.CancellationRequest("watched", { operation: "${watched}", cancelOn: "delete" });
        new host.CancellationSweep("sweep", { match: { name: "${swept}" }, limit: 9 });
      `;
      const cancels = (operation: string) => world.cancels(operation);
      world.program(program());
      await world.up();
      const before = await world.outputs();

      for (const host of [dynamicProvider, plugin, dynamicProvider]) {
        world.program(program(host));
        const { output, steps } = await world.up();
        assert.deepEqual(
          steps.filter(({ op }) => !["same", "update"].includes(op)),
          [],
          output,
        );
        assert.deepEqual(await world.outputs(), before);
        assert.equal((await world.state("watched"))?.type, host.type("CancellationRequest"));
        assert.deepEqual([done, waiting, watched, swept].map(cancels), [1, 1, 0, 0]);
        succeeded(await world.stack.refresh());
      }
      emulator.settle(waiting, "cancelled");
      await world.destroy();
      assert.deepEqual([done, waiting, watched, swept].map(cancels), [1, 1, 1, 1]);
      assert.deepEqual((await world.stack.state()).resources, []);
      assert.equal(project.host, readingPlugin);
    });
  },
  readingPlugin,
);

describePlugin("Ctrl-C in a deployment of the plugin", (open) => {
  skipIf(() => unfindable);

  /** Interrupts the engine, and asserts that the plugin ends its waits at once and makes no further call. */
  const interrupted = async (run: Promise<Result>): Promise<string> => {
    const { project, emulator } = open();
    const [engine, host] = [findProcess(project.directory, "engine"), findProcess(project.directory, "host")];
    assert.notEqual(host.group, engine.group, "the plugin isn't in the terminal's group");
    signal(engine.pid, "SIGINT");
    await open().printed(/\^C received/);
    const time = Date.now();
    const { output } = failed(await run, /interrupted/);
    const late = emulator.calls.all().filter((call) => call.time > time + 1_000);
    assert.deepEqual(late, []);
    assert.deepEqual((await open().stack.state()).pendingOperations, []);
    return output;
  };

  it("ends the wait of a create, and the next up resumes without a second cancel", async () => {
    const world = open();
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation });
    const run = world.stack.up();
    await world.emulator.calls.received({ method: "get", name: operation }, 1);
    await interrupted(run);
    assert.equal(await world.outcome(), "cancelling");

    world.emulator.settle(operation, "cancelled");
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(operation), 1);
    world.expectNoSecretShown();
  });

  it("ends the wait of an update and of a delete", async () => {
    const world = open();
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s" } });
    await world.upFails(/still running 1s after/);
    let reads = world.emulator.calls.count("get");
    const update = world.stack.up();
    await world.emulator.calls.received({ method: "get" }, reads + 2);
    await interrupted(update);
    assert.equal(await world.outcome(), "cancelling");
    world.emulator.settle(operation, "cancelled");
    await world.up();
    assert.equal(world.cancels(operation), 1);

    const watched = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation: watched, cancelOn: "delete" });
    await world.up();
    reads = world.emulator.calls.count("get", watched);
    const destroy = world.stack.destroy();
    await world.emulator.calls.received({ method: "get", name: watched }, reads + 1);
    await interrupted(destroy);
    assert.equal((await world.outputs())["operation"], watched, "the resource stays");
    const cancels = world.cancels(watched);
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.cancels(watched), cancels);
  });

  it("ends a refresh whose read has no answer, and leaves the state alone", async () => {
    const world = open();
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    const reads = world.emulator.calls.count("get");
    const fault = world.emulator.fault({ method: "get", then: "noAnswer" });
    const run = world.stack.refresh();
    await world.emulator.calls.received({ method: "get" }, reads + 1);
    const { project } = world;
    signal(findProcess(project.directory, "engine").pid, "SIGINT");
    failed(await run, /\(ETIMEDOUT\)|interrupted/);
    fault.remove();
    assert.equal(await world.outcome(), "running");
    assert.deepEqual((await world.stack.state()).pendingOperations, []);
  });

  it("ends a sweep, which the next up continues without a second cancel", async () => {
    const world = open();
    const operations = Array.from({ length: 20 }, () => world.emulator.add({ onCancel: "ignore" }));
    world.sweep({ all: true, cancelOn: "create" });
    const run = world.stack.up();
    await world.emulator.calls.received({ method: "cancel" }, 20);
    await world.emulator.calls.received({ method: "list" }, 3);
    await interrupted(run);
    assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelling: 20 });

    for (const operation of operations) world.emulator.settle(operation, "cancelled");
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 20 });
    assert.equal(world.cancels(), 20);
  });

  it("keeps what all requests in flight have learned", async () => {
    const world = open();
    // The engine has 256 in flight of one program.
    const [count, inFlight] = [500, 250];
    const operations = Array.from({ length: count }, () => world.emulator.add({ onCancel: "ignore" }));
    world.stack.setEnvironment("PULUMI_PARALLEL", String(count));
    world.program(`
      ${JSON.stringify(operations)}.forEach((operation, n) => new CancellationRequest("r" + n, { operation }));
    `);
    const run = world.stack.up();
    await world.emulator.calls.received({ method: "cancel" }, inFlight);
    await interrupted(run);
    const { resources } = await world.stack.state();
    const outcomes = resources.filter(({ type }) => type === requestType).map(({ outputs }) => outputs["outcome"]);
    assert.deepEqual(outcomes, Array<string>(world.cancels()).fill("cancelling"));
    assert.ok(outcomes.length >= inFlight, String(outcomes.length));

    for (const operation of operations) world.emulator.settle(operation, "cancelled");
    await world.up();
    assert.equal(world.cancels(), count);
  });
});
