/** What is to be sent back, before any fault spoils it. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const jsonType = "application/json; charset=UTF-8";

export function json(status: number, value: unknown, contentType = jsonType): Reply {
  return { status, contentType, body: `${JSON.stringify(value, undefined, 2)}\n` };
}

export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, contentType: "text/plain; charset=utf-8", body, headers };
}

/** A page like those of Google's front end, which answers what no service claims. It is no answer of the API. */
export function html(status: number, title: string, message: string): Reply {
  const body = `<!DOCTYPE html>
<html lang=en>
  <meta charset=utf-8>
  <title>Error ${status} (${title})!!1</title>
  <p><b>${status}.</b> <ins>That’s an error.</ins>
  <p>${escapeHtml(message)}  <ins>That’s all we know.</ins>
`;
  return { status, contentType: "text/html; charset=UTF-8", body };
}

export function pageNotFound(path: string): Reply {
  return html(404, "Not Found", `The requested URL ${path} was not found on this server.`);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
