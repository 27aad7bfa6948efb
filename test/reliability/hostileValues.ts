/** Hostile JSON, by what it contains. It is text, because object literals can't express all of it. */
export const hostileJson: Readonly<Record<string, string>> = {
  "a __proto__":
    '{"@type": "t", "__proto__": {"polluted": true, "done": true}, "a": [{"__proto__": {"polluted": true}}]}',
  "a constructor": '{"constructor": {"prototype": {"polluted": true}}, "prototype": {"polluted": true}}',
  "the names of Object's methods":
    '{"toString": 1, "valueOf": null, "hasOwnProperty": "x", "toJSON": "x", "then": "x"}',
  "numbers that a double can't hold":
    '{"a": 1e400, "b": -1e400, "c": 9223372036854775808, "d": 1e-400, "e": -0, "f": 5e-324}',
  "numbers of 20,000 digits": `{"a": ${"9".repeat(20_000)}, "b": 0.${"1".repeat(20_000)}}`,
  "lists nested 100,000 levels deep": `{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  "objects nested 100,000 levels deep": `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
  "a duplicate key": '{"a": 1, "a": {"b": 2}, "@type": 1, "@type": "t"}',
  "unpaired surrogates": String.raw`{"k\ud800": "v\udc00", "list": ["\udfff\ud800", "\ud83d"], "@type": "\ud800"}`,
  "invisible characters": String.raw`{"a": "\u0000\u0007\u001b[2J\u202e\u2028\ufeff\r\n", "\u0000": "\u0000"}`,
  "a Pulumi secret": '{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "x"}',
  "a Pulumi output value": '{"a": {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4"}}',
  "a Pulumi resource reference":
    '{"a": [{"4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u"}]}',
  "a Pulumi asset": '{"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "path": "/etc/passwd"}',
  "Pulumi's unknown values": JSON.stringify({
    a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    b: ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421"],
    c: { d: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", e: "030794c1-ac77-496b-92df-f27374a8bd58" },
    operationType: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    "@type": "e48ece36-62e2-4504-bad9-02848725956a",
  }),
  "the code of a provider": '{"__provider": "process.exit(1)", "a": {"__provider": "process.exit(1)"}}',
  "100,000 keys": JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, key) => [key, key]))),
  "a key of 1 MB": JSON.stringify({ ["k".repeat(1_000_000)]: 1 }),
  "a string of 20 MB": JSON.stringify({ text: "€".repeat(7_000_000) }),
  "a type of 1 MB": JSON.stringify({ "@type": "t".repeat(1_000_000), operationType: "T".repeat(1_000_000) }),
  "types that aren't strings": '{"@type": {"a": 1}, "operationType": ["x"]}',
};

/** Texts that would control a terminal, break a line or fill a screen. */
export const hostileTexts: Readonly<Record<string, string>> = {
  "escape sequences": "\u001b[2J\u001b]0;title\u0007\u001b[31mred\u009b31m",
  "line breaks": "first\r\nerror: second\u2028third\u0085fourth\vfifth",
  "control characters": "\u0000\u0001\b\u007f\u0090",
  "bidirectional control characters": "\u202egnp.exe\u2066x\u2069",
  "unpaired surrogates": "a\ud800b\udc00",
  "a million characters": "☃".repeat(1_000_000),
  "a surrogate pair at the point of truncation": `${"x".repeat(199)}😀${"x".repeat(298)}😀`.repeat(3),
};
