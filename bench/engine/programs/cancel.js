// The two calls of a cancellation with node:http, and nothing that could be left out.
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

/** @returns {Promise<any>} the operation, once it is done */
exports.cancel = async (endpoint, name) => {
  const url = `${endpoint}/v1/${name}`;
  await call("POST", `${url}:cancel`);
  for (;;) {
    const operation = await call("GET", url);
    if (operation.done) return operation;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};
