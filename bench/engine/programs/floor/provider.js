const http = require("node:http");

const agent = new http.Agent({ keepAlive: true });

/** @returns {Promise<any>} the answer's JSON */
function call(method, url) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text) => (body += text));
      response.on("end", () => resolve(JSON.parse(body)));
    });
    request.on("error", reject);
    request.end();
  });
}

exports.check = (_olds, inputs) => Promise.resolve({ inputs });

exports.create = async ({ endpoint, operation }) => {
  const url = `${endpoint}/v1/${operation}`;
  await call("POST", `${url}:cancel`);
  for (;;) {
    const { name, ...read } = await call("GET", url);
    if (read.done) return { id: name, outs: { endpoint, operation, ...read } };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};
