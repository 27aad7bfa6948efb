import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { call, Emulators, errorOf } from "./caller";

interface Page {
  operations?: { name: string }[];
  nextPageToken?: string;
}

describe("a list call", () => {
  const emulators = new Emulators(startEmulator);
  const { start } = emulators;
  afterEach(emulators.stop);

  const list = async (emulator: Emulator, query = "", collection = "operations") =>
    (await call(emulator, "GET", `/v1/${collection}?${query}`)).json as Page;
  const namesOf = ({ operations = [] }: Page) => operations.map((operation) => operation.name);
  const pages = async (emulator: Emulator, query: string) => {
    const all: string[][] = [];
    for (let token: string | undefined = ""; token !== undefined;) {
      const page = await list(emulator, `${query}&pageToken=${token}`);
      all.push(namesOf(page));
      token = page.nextPageToken;
    }
    return all;
  };
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `operations/${index}` }));

  it("returns the operations of its collection, in the order in which they were added", async () => {
    const emulator = await start({
      operations: [
        "operations/b",
        "projects/p/locations/l/operations/x",
        "operations/a/operations/c",
        "transferOperations/t",
      ].map((name) => ({ name })),
    });
    assert.deepEqual(namesOf(await list(emulator)), ["operations/b", "operations/a/operations/c"]);
    assert.deepEqual(namesOf(await list(emulator, "", "projects/p/locations/l/operations")), [
      "projects/p/locations/l/operations/x",
    ]);
    assert.deepEqual(namesOf(await list(emulator, "", "transferOperations")), ["transferOperations/t"]);
    assert.deepEqual(await list(emulator, "", "projects/none/operations"), {});
  });

  it("returns pages of the requested size, of the default size for 0, and of the maximum size for more", async () => {
    const emulator = await start({ operations: numbered(7), pageSize: { default: 3, maximum: 5 } });
    assert.deepEqual(
      (await pages(emulator, "pageSize=2")).map((page) => page.length),
      [2, 2, 2, 1],
    );
    assert.deepEqual(
      (await pages(emulator, "pageSize=0")).map((page) => page.length),
      [3, 3, 1],
    );
    assert.deepEqual(
      (await pages(emulator, "pageSize=100")).map((page) => page.length),
      [5, 2],
    );
    assert.equal(new Set((await pages(emulator, "pageSize=2")).flat()).size, 7);
    for (const size of ["-1", "many", "1.5"]) {
      const response = await call(emulator, "GET", `/v1/operations?pageSize=${size}`);
      assert.equal(errorOf(response).status, "INVALID_ARGUMENT", size);
    }
  });

  it("filters by done, and returns no page token for an empty page", async () => {
    const emulator = await start({ operations: numbered(6) });
    for (const name of ["operations/0", "operations/1", "operations/3", "operations/5"])
      emulator.settle(name, "failed");
    assert.deepEqual(await pages(emulator, "pageSize=1&filter=done%3Dfalse"), [["operations/2"], ["operations/4"]]);
    assert.deepEqual((await pages(emulator, "pageSize=4&filter=done = true")).length, 1);
    assert.equal((await call(emulator, "GET", "/v1/operations?filter=name%3Dx")).status, 400);
  });

  it("returns short and empty pages with pageSize.scanned", async () => {
    const emulator = await start({ operations: numbered(6), pageSize: { scanned: 2 } });
    for (const name of ["operations/0", "operations/1", "operations/2"]) emulator.settle(name, "failed");
    assert.deepEqual(await pages(emulator, "filter=done=false"), [
      [],
      ["operations/3"],
      ["operations/4", "operations/5"],
    ]);
  });

  it("refuses an invalid page token, and the page token of another list", async () => {
    const emulator = await start({ operations: numbered(3) });
    const { nextPageToken = "" } = await list(emulator, "pageSize=1");
    for (const query of ["pageToken=x", `pageToken=${nextPageToken}&filter=done=true`, `pageToken=A${nextPageToken}`]) {
      const response = await call(emulator, "GET", `/v1/operations?pageSize=1&${query}`);
      assert.equal(errorOf(response).status, "INVALID_ARGUMENT", query);
    }
    assert.equal((await call(emulator, "GET", `/v1/operations?pageSize=2&pageToken=${nextPageToken}`)).status, 200);
  });

  it("continues at the same position when operations are added and expire", async () => {
    const emulator = await start({ operations: numbered(4) });
    const { nextPageToken = "" } = await list(emulator, "pageSize=2");
    emulator.expire("operations/0");
    emulator.expire("operations/2");
    emulator.add({ name: "operations/0" });
    assert.deepEqual(namesOf(await list(emulator, `pageToken=${nextPageToken}`)), ["operations/3", "operations/0"]);
  });
});
