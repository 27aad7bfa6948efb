/** The placeholder for a value that a preview can't know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The executable of a plugin that serves the project's dynamic provider. In a preview, it knows no result. */
export const pluginSource = `#!/usr/bin/env node
const grpc = require("@grpc/grpc-js");
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb");
const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const messages = require("@pulumi/pulumi/proto/provider_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const { act, record, ...provider } = require("../provider.js");

const unknown = "${unknown}";
const engine = new EngineClient(process.argv[2], grpc.credentials.createInsecure());

function log(urn, message, ephemeral = false) {
  const request = new LogRequest().setUrn(urn).setMessage(message).setSeverity(1).setEphemeral(ephemeral);
  return new Promise((resolve) => engine.log(request, resolve));
}

const from = (struct) => struct?.toJavaScript() ?? {};
const to = (properties) => Struct.fromJavaScript(properties);

/** What a request says of its resource, its timeout and its preview. */
function more(request) {
  const details = { urn: request.getUrn(), type: request.getType() };
  if (request.getTimeout !== undefined) details.timeout = request.getTimeout();
  if (request.getPreview !== undefined) details.preview = request.getPreview();
  return details;
}

/** Handles a step of a resource, and shows two lines at the resource. */
const step = (method, handle) => async (request) => {
  await log(request.getUrn(), "the plugin begins to " + method);
  await log(request.getUrn(), "halfway", true);
  return handle(request);
};

const differenceOf = ({ changes, replaces }) =>
  new messages.DiffResponse().setChanges(changes ? 2 : 1).setReplacesList(replaces);

const methods = {
  getPluginInfo: () => new PluginInfo().setVersion("1.0.0"),

  checkConfig: async (request) => {
    const news = from(request.getNews());
    const { failures } = await act("checkConfig", { name: request.getName() }, { news }, () => ({ failures: [] }));
    const list = failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason));
    return new messages.CheckResponse().setInputs(request.getNews()).setFailuresList(list);
  },

  diffConfig: async (request) => {
    const [olds, news] = [from(request.getOlds()), from(request.getNews())];
    const changes = JSON.stringify(olds) !== JSON.stringify(news);
    return differenceOf(await act("diffConfig", { name: request.getName() }, { olds, news }, () => ({ changes, replaces: [] })));
  },

  configure: async (request) => {
    const details = { args: from(request.getArgs()), process: process.pid, directory: process.cwd() };
    const normally = () => ({ supportsPreview: true });
    const { supportsPreview } = await act("configure", { name: request.getName() }, details, normally);
    return new messages.ConfigureResponse().setSupportspreview(supportsPreview);
  },

  check: async (request) => {
    const { inputs } = await provider.check(from(request.getOlds()), from(request.getNews()), more(request));
    return new messages.CheckResponse().setInputs(to(inputs));
  },

  diff: async (request) =>
    differenceOf(await provider.diff(request.getId(), from(request.getOlds()), from(request.getNews()), more(request))),

  create: step("create", async (request) => {
    const { id, outs } = await provider.create(from(request.getProperties()), more(request));
    const response = new messages.CreateResponse();
    if (request.getPreview()) return response.setProperties(to({ ...outs, result: unknown }));
    return response.setId(id).setProperties(to(outs));
  }),

  read: step("read", async (request) => {
    const { id, props } = await provider.read(request.getId(), from(request.getProperties()), more(request));
    return new messages.ReadResponse().setId(id).setProperties(to(props));
  }),

  update: step("update", async (request) => {
    const news = from(request.getNews());
    const { outs } = await provider.update(request.getId(), from(request.getOlds()), news, more(request));
    return new messages.UpdateResponse().setProperties(to(request.getPreview() ? { ...outs, result: unknown } : outs));
  }),

  delete: step("delete", async (request) => {
    await provider.delete(request.getId(), from(request.getProperties()), more(request));
    return new Empty();
  }),

  invoke: async (request) => {
    const args = from(request.getArgs());
    const result = await act("invoke", args, { token: request.getTok(), args, process: process.pid }, () => ({ echo: args.value }));
    return new messages.InvokeResponse().setReturn(to(result));
  },

  cancel: () => {
    record({ method: "cancel" });
    return new Empty();
  },
};

const answer = (handle) => async (call, callback) => {
  try {
    callback(null, await handle(call.request));
  } catch (error) {
    callback({ code: grpc.status.UNKNOWN, details: error.message });
  }
};

process.on("SIGINT", () => {
  record({ method: "interrupt" });
  process.exit(0);
});

const server = new grpc.Server();
server.addService(
  ResourceProviderService,
  Object.fromEntries(Object.entries(methods).map(([name, handle]) => [name, answer(handle)])),
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
`;
