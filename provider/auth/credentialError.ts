/** The package can't get a token. The message names the source of the credentials, and never shows the credentials. */
export class CredentialError extends Error {
  constructor(
    message: string,
    /** Whether a retry may succeed, because no server refused the credentials. */
    readonly transient = false,
  ) {
    // No period at the end, as in the errors of calls, because a step may append text.
    super(message.replace(/\.+$/, ""));
    this.name = "CredentialError";
  }
}
